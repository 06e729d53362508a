import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LineEditor } from './line-editor.tsx';

let outcome: string[] = [];
beforeEach(() => {
  outcome = [];
  render(
    <LineEditor
      text="thee figures"
      onSave={(text) => outcome.push(`saved ${text}`)}
      onCancel={() => outcome.push('cancelled')}
    />,
  );
});
afterEach(cleanup);

it('has the focus, and saves on Enter', async () => {
  await userEvent.keyboard(' arrived{Enter}');
  expect(outcome).toEqual(['saved thee figures arrived']);
});
it('saves once when it is left', async () => {
  await userEvent.keyboard('!');
  await userEvent.tab();
  expect(outcome).toEqual(['saved thee figures!']);
});
it('throws the draft away on Escape, also when it is left then', async () => {
  await userEvent.keyboard(' nonsense{Escape}');
  await userEvent.tab();
  expect(outcome).toEqual(['cancelled']);
});
it('changes nothing for an unchanged or an empty text', async () => {
  await userEvent.clear(screen.getByRole('textbox'));
  await userEvent.keyboard('  {Enter}');
  expect(outcome).toEqual(['cancelled']);
});
