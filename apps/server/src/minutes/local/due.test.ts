import { describe, expect, it } from 'vitest';
import { dueIn } from './due.ts';

/** A Wednesday. */
const today = new Date(2026, 10, 18, 15, 30);

describe('when something is due', () => {
  it.each([
    ['Send it by Friday.', 'Friday', '2026-11-20'],
    ['Send it on Wednesday.', 'Wednesday', '2026-11-25'],
    ['Send it this Friday.', 'this Friday', '2026-11-20'],
    ['Send it next Friday.', 'next Friday', '2026-11-27'],
    ['Send it by next Tuesday morning.', 'next Tuesday morning', '2026-11-24'],
    ['Do it tomorrow.', 'tomorrow', '2026-11-19'],
    ['Do it the day after tomorrow.', 'the day after tomorrow', '2026-11-20'],
    ['Do it by noon.', 'noon', '2026-11-18'],
    ['Do it tonight.', 'tonight', '2026-11-18'],
    ['By the end of the week, please.', 'the end of the week', '2026-11-20'],
    ['By the end of next week, please.', 'the end of next week', '2026-11-27'],
    ['By the end of the month, please.', 'the end of the month', '2026-11-30'],
    ['By the end of the quarter.', 'the end of the quarter', '2026-12-31'],
    ['By the end of the year.', 'the end of the year', '2026-12-31'],
    ['Some time next week.', 'next week', '2026-11-27'],
    ['In two weeks.', 'In two weeks', '2026-12-02'],
    ['Within 3 days.', 'Within 3 days', '2026-11-21'],
    ['Ready by the 15th.', 'the 15th', '2026-12-15'],
    ['Ready by the 30th.', 'the 30th', '2026-11-30'],
    ['Ready by March 3rd.', 'March 3rd', '2027-03-03'],
    ['Ready by the 3rd of December.', 'the 3rd of December', '2026-12-03'],
    ['Due 2027-01-05.', '2027-01-05', '2027-01-05'],
  ])('%s', (text, words, date) => {
    expect(dueIn(text, today)).toEqual({ text: words, date });
  });

  it.each([
    ['Ready by the next meeting.', 'the next meeting'],
    ['Ready in a few days.', 'in a few days'],
    ['Ready by February 30.', 'February 30'],
  ])('names no day: %s', (text, words) => {
    expect(dueIn(text, today)).toEqual({ text: words, date: null });
  });

  it.each(['We met last Friday.', 'Every Monday we meet.', 'I may march.', 'Send it.', 'The second one is due.'])(
    'is not said: %s',
    (text) => {
      expect(dueIn(text, today)).toBeNull();
    },
  );
});
