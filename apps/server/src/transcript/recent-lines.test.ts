import type { Segment } from '@hansard/protocol';
import * as fc from 'fast-check';
import { createGovernor } from '@hansard/headroom';
import { createFakeSensors } from '@hansard/headroom/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRecentLines, type RecentMeetingLines } from './recent-lines.ts';

const segment = (seq: number, changes: Partial<Segment> = {}): Segment => ({
  id: `line-${seq}`,
  meetingId: 'meeting',
  seq,
  trackId: null,
  speaker: 'Ana',
  startMs: seq * 1000,
  endMs: seq * 1000 + 900,
  text: `What was said at ${seq}.`,
  final: true,
  ...changes,
});

function start({ maxBytes = 1 << 20 } = {}) {
  const clock = { at: 0 };
  const store = new Map<string, RecentMeetingLines>();
  const recent = createRecentLines({ store, maxBytes, maxAgeMs: 30_000, now: () => clock.at });
  return { clock, store, recent };
}

describe('recent lines', () => {
  test('give what was written after a revision, in pages', () => {
    const { recent } = start();
    recent.add([5, 6, 7, 8].map((seq) => segment(seq)));
    expect(recent.since('meeting', { since: 6, limit: 10 })).toEqual({
      segments: [segment(7), segment(8)],
      cursor: 8,
      more: false,
    });
    expect(recent.since('meeting', { since: 4, limit: 3 })).toMatchObject({ cursor: 7, more: true });
    expect(recent.since('meeting', { since: 8, limit: 3 })).toEqual({ segments: [], cursor: 8, more: false });
  });

  test('leave to the database what is older than they are, and meetings that they don’t know', () => {
    const { recent } = start();
    recent.add([segment(5)]);
    expect(recent.since('meeting', { since: 3, limit: 10 })).toBeNull();
    expect(recent.since('elsewhere', { since: 3, limit: 10 })).toBeNull();
  });

  test('begin anew where a revision was missed', () => {
    const { recent } = start();
    recent.add([segment(5), segment(7)]);
    expect(recent.since('meeting', { since: 5, limit: 10 })).toBeNull();
    expect(recent.since('meeting', { since: 6, limit: 10 })?.segments).toEqual([segment(7)]);
  });

  test('let go of what is older than they may be', () => {
    const { clock, recent } = start();
    recent.add([segment(1)]);
    clock.at = 30_001;
    recent.add([segment(2)]);
    expect(recent.since('meeting', { since: 0, limit: 10 })).toBeNull();
    expect(recent.since('meeting', { since: 1, limit: 10 })?.segments).toEqual([segment(2)]);
  });

  test('hold a line once, as it was written last', () => {
    const { recent } = start();
    recent.add([segment(1), segment(2), segment(3, { id: 'line-1', text: 'Corrected.' })]);
    expect(recent.since('meeting', { since: 0, limit: 10 })?.segments.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  test('are measured anew by a governed cache as they grow', () => {
    const governor = createGovernor({ sensors: createFakeSensors(), cacheBudgetBytes: 1 << 20 });
    onTestFinished(() => governor.stop());
    const store = governor.cache<RecentMeetingLines>('lines', { maxBytes: 1 << 20, sizeOf: ({ bytes }) => bytes });
    const recent = createRecentLines({ store, maxBytes: 1 << 20, maxAgeMs: 30_000 });
    recent.add([segment(1)]);
    const first = store.bytes;
    recent.add([segment(2), segment(3)]);
    expect(store.bytes).toBeGreaterThan(2 * first);
  });

  test('say what the database would, within their bytes, whatever is written', () => {
    const write = fc.record({ line: fc.nat(20), text: fc.string({ maxLength: 60, unit: 'grapheme' }) });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), fc.nat(60), (writes, since) => {
        const { store, recent } = start({ maxBytes: 4000 });
        const newest = new Map<string, Segment>();
        for (const [index, { line, text }] of writes.entries()) {
          const written = segment(index + 1, { id: `line-${line}`, text });
          newest.delete(written.id);
          newest.set(written.id, written);
          recent.add([written]);
        }
        const held = store.get('meeting');
        expect(held?.bytes ?? 0).toBeLessThanOrEqual(4000);
        expect(held?.bytes ?? 0).toBeGreaterThanOrEqual(0);
        // Where it no longer holds that far back, it says nothing, and the database is asked.
        const wanted = [...newest.values()].filter(({ seq }) => seq > since);
        const page = recent.since('meeting', { since, limit: 100 });
        expect(page?.segments ?? wanted).toEqual(wanted);
      }),
    );
  });
});
