import { describe, expect, test } from 'vitest';
import { createLiveMeetings, type LiveMeetingsOptions } from './live-meetings.ts';

function start(options: Partial<LiveMeetingsOptions> = {}) {
  const clock = { at: 1_000_000 };
  const places = { max: 2 };
  const meetings = createLiveMeetings({ maxMeetings: () => places.max, now: () => clock.at, ...options });
  /** The place in the line; 0 where it was let in. */
  const ask = (meetingId: string): number => {
    try {
      meetings.admit(meetingId);
      return 0;
    } catch (error) {
      return (error as { position?: number }).position ?? -1;
    }
  };
  return { clock, places, meetings, ask };
}

describe('live meetings', () => {
  test('are let in up to the limit; the next ones learn their place and when to ask again', () => {
    const { meetings, ask } = start();
    expect(['a', 'b', 'c', 'd', 'c'].map(ask)).toEqual([0, 0, 1, 2, 1]);
    expect(meetings).toMatchObject({ size: 2, waiting: 2 });
    expect(() => meetings.admit('d')).toThrow(
      expect.objectContaining({ code: 'MEETINGS_FULL', position: 2, retryAfterMs: 2100, retryable: true }),
    );
  });

  test('are let in in the order in which they came, whoever asks first', () => {
    const { meetings, ask } = start();
    for (const id of ['a', 'b', 'c', 'd']) ask(id);
    meetings.leave('a');
    expect(ask('d')).toBe(2);
    expect(ask('e')).toBe(3);
    expect(ask('c')).toBe(0);
    meetings.leave('b');
    expect(ask('d')).toBe(0);
  });

  test('a free place goes to who still waits, not to who has gone', () => {
    const { clock, meetings, ask } = start({ patienceMs: 60_000 });
    for (const id of ['a', 'b', 'c', 'd']) ask(id);
    clock.at += 50_000;
    ask('d');
    clock.at += 50_000;
    meetings.leave('a');
    expect(ask('d')).toBe(0);
    expect(meetings.waiting).toBe(0);
  });

  test('stay when places become fewer, and nobody new comes in', () => {
    const { places, meetings, ask } = start();
    ask('a');
    ask('b');
    places.max = 0;
    expect(ask('a')).toBe(0);
    expect(ask('c')).toBe(1);
    expect(meetings.size).toBe(2);
  });

  test('one that was away comes back without waiting', () => {
    const { clock, meetings, ask } = start({ awayMs: 300_000 });
    ask('a');
    ask('b');
    clock.at += 200_000;
    meetings.touch('b');
    clock.at += 150_000;
    meetings.sweep();
    expect([...meetings.ids()]).toEqual(['b']);
    ask('c');
    meetings.touch('a');
    expect(meetings.size).toBe(3);
  });

  test('the line has an end', () => {
    const { meetings, ask } = start({ maxWaiting: 1 });
    expect(['a', 'b', 'c', 'd'].map(ask)).toEqual([0, 0, 1, -1]);
    expect(meetings.waiting).toBe(1);
  });
});
