import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ledgerTolerances, makeLedger, type LedgerTrack } from './ledger.ts';

const minute = 60_000;

function track(id: string, changes: Partial<LedgerTrack> = {}): LedgerTrack {
  return {
    id,
    kind: 'microphone',
    offsetMs: 0,
    continues: null,
    state: 'open',
    durable: 240_000,
    length: null,
    capturedMs: minute,
    durableMs: minute,
    connected: true,
    ...changes,
  };
}

describe('the ledger', () => {
  test('adds up what each recorder captured, what is durable and what is text', () => {
    const ledger = makeLedger([track('a'), track('b', { capturedMs: minute + 900 })], 45_000);
    expect(ledger).toEqual({ capturedMs: 2 * minute + 900, durableMs: 2 * minute, transcribedMs: 45_000, gaps: [] });
  });

  test('what the disk has lost is a gap among the others, in order of time', () => {
    const lost = { startMs: 5000, endMs: 6000, reason: 'damaged', trackId: 'a' } as const;
    const { gaps } = makeLedger([track('a', { connected: false, capturedMs: 2 * minute })], 0, [lost]);
    expect(gaps.map(({ reason }) => reason)).toEqual(['damaged', 'not-received']);
  });

  test('what is under way from a connected recorder is no gap, and is one once the recorder is gone', () => {
    const behind = { capturedMs: minute + 3000 };
    expect(makeLedger([track('a', behind)], 0).gaps).toEqual([]);
    expect(makeLedger([track('a', { ...behind, connected: false })], 0).gaps).toEqual([
      { startMs: minute, endMs: minute + 3000, reason: 'not-received', trackId: 'a' },
    ]);
  });

  test('a recorder that is connected but far ahead of its bytes has a gap', () => {
    const capturedMs = minute + ledgerTolerances.connectedMs + 1;
    expect(makeLedger([track('a', { capturedMs })], 0).gaps).toHaveLength(1);
  });

  test('a closed track that has all its bytes has no gap, whatever the recorder’s clock said', () => {
    const closed = { state: 'closed', connected: false, capturedMs: minute + 5000, length: 240_000 } as const;
    expect(makeLedger([track('a', closed)], 0).gaps).toEqual([]);
  });

  test('a closed track that lacks bytes has a gap of about their time, though the clock is silent', () => {
    const closed = { state: 'closed', connected: false, length: 480_000 } as const;
    expect(makeLedger([track('a', closed)], 0).gaps).toEqual([
      { startMs: minute, endMs: 2 * minute, reason: 'not-received', trackId: 'a' },
    ]);
  });

  test('between a track and the one that continues it, nobody recorded', () => {
    const tracks = [track('a', { connected: false }), track('b', { continues: 'a', offsetMs: 75_000 })];
    expect(makeLedger(tracks, 0).gaps).toEqual([
      { startMs: minute, endMs: 75_000, reason: 'not-recorded', trackId: 'a' },
    ]);
  });

  test('what was captured but not received is told from what nobody recorded', () => {
    const tracks = [
      track('a', { connected: false, capturedMs: 65_000 }),
      track('b', { continues: 'a', offsetMs: 75_000 }),
    ];
    expect(makeLedger(tracks, 0).gaps).toEqual([
      { startMs: minute, endMs: 65_000, reason: 'not-received', trackId: 'a' },
      { startMs: 65_000, endMs: 75_000, reason: 'not-recorded', trackId: 'a' },
    ]);
  });

  test('late audio of the older track closes the gap', () => {
    const next = track('b', { continues: 'a', offsetMs: 75_000 });
    const late = track('a', { connected: false, durableMs: 75_000, capturedMs: 75_000 });
    expect(makeLedger([late, next], 0).gaps).toEqual([]);
  });

  test('of two that continue the same track, the earlier one ends its gap', () => {
    const tracks = [
      track('a', { connected: false }),
      track('c', { continues: 'a', offsetMs: 90_000 }),
      track('b', { continues: 'a', offsetMs: 75_000 }),
    ];
    expect(makeLedger(tracks, 0).gaps.map(({ endMs }) => endMs)).toEqual([75_000]);
  });

  test('captions are no audio', () => {
    const captions = track('a', { kind: 'captions', capturedMs: 2 * minute, connected: false });
    expect(makeLedger([captions], 0)).toEqual({ capturedMs: 0, durableMs: 0, transcribedMs: 0, gaps: [] });
  });

  test('an unknown predecessor makes no gap', () => {
    expect(makeLedger([track('b', { continues: 'never-seen', offsetMs: minute })], 0).gaps).toEqual([]);
  });
});

const anyTrack = fc.record({
  kind: fc.constantFrom('microphone' as const, 'tab' as const),
  offsetMs: fc.nat(10 * minute),
  continues: fc.option(fc.constantFrom('t0', 't1', 't2', 't3')),
  state: fc.constantFrom('open' as const, 'closed' as const),
  durable: fc.nat(1_000_000),
  length: fc.option(fc.nat(1_000_000)),
  capturedMs: fc.nat(10 * minute),
  durableMs: fc.nat(10 * minute),
  connected: fc.boolean(),
});
const anyTracks = fc
  .array(anyTrack, { maxLength: 4 })
  .map((tracks): LedgerTrack[] => tracks.map((each, index) => ({ ...each, id: `t${index}` })));

describe('whatever the tracks', () => {
  test('gaps have a length, lie in order and within what somebody claims', () => {
    fc.assert(
      fc.property(anyTracks, (tracks) => {
        const { gaps, capturedMs, durableMs } = makeLedger(tracks, 0);
        expect(gaps.every(({ startMs, endMs }) => endMs > startMs && startMs >= 0 && Number.isInteger(endMs))).toBe(
          true,
        );
        expect(gaps).toEqual(gaps.toSorted((a, b) => a.startMs - b.startMs));
        expect(capturedMs).toBeGreaterThanOrEqual(durableMs);
      }),
    );
  });

  test('when all has arrived, no gap says that it has not', () => {
    fc.assert(
      fc.property(anyTracks, (tracks) => {
        const arrived = tracks.map((each) => ({
          ...each,
          durableMs: Math.max(each.capturedMs, each.durableMs),
          durable: Math.max(each.durable, each.length ?? 0),
        }));
        expect(makeLedger(arrived, 0).gaps.filter(({ reason }) => reason === 'not-received')).toEqual([]);
      }),
    );
  });

  test('more audio of a track never makes its own gaps longer', () => {
    const total = (tracks: LedgerTrack[]) =>
      makeLedger(tracks, 0)
        .gaps.filter(({ trackId }) => trackId === 't0')
        .reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    fc.assert(
      fc.property(anyTracks, fc.nat(minute), (tracks, moreMs) => {
        fc.pre(tracks.length > 0 && tracks[0]!.continues !== 't0');
        // Bytes that are still to come are judged by the rate so far, which more audio may change.
        const before = tracks.map((each) => ({ ...each, length: null }));
        const after = before.map((each, index) =>
          index === 0 ? { ...each, durableMs: each.durableMs + moreMs } : each,
        );
        expect(total(after)).toBeLessThanOrEqual(total(before));
      }),
    );
  });
});
