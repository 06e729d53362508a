import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useKeys } from './use-keys.ts';

let pressed: string[] = [];

function Page() {
  useKeys({ j: () => pressed.push('j'), ' ': () => pressed.push('space') });
  return (
    <>
      <input aria-label="field" />
      <button type="button">button</button>
      <input type="radio" aria-label="radio" />
    </>
  );
}

beforeEach(() => {
  pressed = [];
  render(<Page />);
});
afterEach(cleanup);

it('acts wherever nobody types', async () => {
  await userEvent.keyboard('j ');
  expect(pressed).toEqual(['j', 'space']);
});
it('rests while somebody types', async () => {
  await userEvent.type(screen.getByLabelText('field'), 'j j');
  expect(pressed).toEqual([]);
});
it('leaves space to a control that has the focus', async () => {
  screen.getByRole('button').focus();
  await userEvent.keyboard('j ');
  screen.getByLabelText('radio').focus();
  await userEvent.keyboard('j ');
  expect(pressed).toEqual(['j', 'j']);
});
it('leaves combinations to the browser', async () => {
  await userEvent.keyboard('{Control>}j{/Control}{Meta>}j{/Meta}{Alt>}j{/Alt}');
  expect(pressed).toEqual([]);
});
it('rests while a dialog is open', async () => {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('open', '');
  document.body.append(dialog);
  await userEvent.keyboard('j');
  dialog.remove();
  await userEvent.keyboard('j');
  expect(pressed).toEqual(['j']);
});
