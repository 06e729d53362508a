import { describe, expect, it } from 'vitest';
import { makeDocument } from '../../../test-server/knowledge-fixtures.ts';
import { withTold } from './document-list.ts';
import { stateWords } from './document-words.ts';

describe('what is told of documents', () => {
  const [one, two, three] = [makeDocument(1), makeDocument(2), makeDocument(3)];

  it('is put in, in the order in which they were added', () => {
    const changed = makeDocument(2, { state: 'parsing' });
    const told = new Map([
      [three.id, three],
      [two.id, changed],
    ]);
    expect(withTold([one, two], told)).toEqual([one, changed, three]);
  });

  it('takes a deleted one out, also where the list does not have it', () => {
    const told = new Map([
      [one.id, null],
      [three.id, null],
    ]);
    expect(withTold([one, two], told)).toEqual([two]);
  });
});

describe('the state in words', () => {
  it.each([
    [{ state: 'waiting' }, 'Waits for its turn'],
    [{ state: 'parsing' }, 'Being read'],
    [{ state: 'parsing', progress: { done: 3, total: 40 } }, 'Being read: page 3 of 40'],
    [{ state: 'parsing', progress: { done: 3, total: null } }, 'Being read: page 3'],
    [{ state: 'embedding', progress: { done: 90, total: 500 } }, 'Being made ready: passage 90 of 500'],
    [{ state: 'ready', passages: 1 }, '1 passage'],
    [{ state: 'cancelled' }, 'Cancelled'],
  ] as const)('%j is “%s”', (change, words) => {
    expect(stateWords(makeDocument(1, change))).toBe(words);
  });
});
