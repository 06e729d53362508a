import { describe, expect, test } from 'vitest';
import { ownerActor } from '../identity/index.ts';
import { startMeetings } from './testing.ts';

const hour = 3600_000;

function start() {
  const clock = { at: Date.UTC(2026, 10, 20, 12) };
  return { clock, ...startMeetings({ now: () => clock.at, idleMs: 2 * hour }) };
}

describe('the sweep of idle meetings', () => {
  test('ends a meeting that was left two hours ago, and tells its viewers', async () => {
    const { clock, meetings, events } = start();
    const { id } = await meetings.create(ownerActor, {});
    clock.at += 2 * hour - 1;
    expect(await meetings.sweep()).toBe(0);
    clock.at += 2;
    expect(await meetings.sweep()).toBe(1);
    expect(await meetings.get(ownerActor, id)).toMatchObject({ state: 'done', endedAt: clock.at });
    expect(events).toContainEqual(expect.objectContaining({ meeting: expect.objectContaining({ id, state: 'done' }) }));
    expect(await meetings.sweep()).toBe(0);
  });

  test('leaves alone what is recorded, and what was heard of lately', async () => {
    const { clock, meetings, addTrack } = start();
    const recorded = await meetings.create(ownerActor, {});
    const heardOf = await meetings.create(ownerActor, {});
    await addTrack(recorded.id, 'track', { durableMs: 2 * hour, capturedMs: 2 * hour });
    await meetings.refresh(recorded.id);
    clock.at += 3 * hour;
    meetings.live.touch(heardOf.id);
    expect(await meetings.sweep()).toBe(0);
    expect(await meetings.get(ownerActor, recorded.id)).toMatchObject({ state: 'live' });
    expect(await meetings.get(ownerActor, heardOf.id)).toMatchObject({ state: 'live' });
    clock.at += 2 * hour;
    expect(await meetings.sweep()).toBe(2);
  });

  test('a meeting that has ended or was deleted frees its place', async () => {
    const { meetings } = startMeetings({ maxLiveMeetings: () => 1 });
    const first = await meetings.create(ownerActor, {});
    const second = await meetings.create(ownerActor, {});
    meetings.live.admit(first.id);
    expect(() => meetings.live.admit(second.id)).toThrow(expect.objectContaining({ code: 'MEETINGS_FULL' }));
    await meetings.end(ownerActor, first.id);
    meetings.live.admit(second.id);
    await meetings.delete(ownerActor, second.id);
    expect(meetings.live.size).toBe(0);
  });
});
