import { ClientError } from '../client-error.ts';
import type { Spool, SpooledTrack, SpoolLimits, TrackMeta } from './contract.ts';
import { createGauge } from './gauge.ts';
import { concat, interpolate, type Mark } from './marks.ts';

interface MemoryTrack {
  meta: TrackMeta;
  start: Mark;
  end: Mark;
  updatedAt: number;
  /** `end` is the mark at which the bytes end. */
  runs: { offset: number; bytes: Uint8Array; end: Mark }[];
}

/** A spool without storage: for tests, and for load generators (one for each client: an empty one costs next to nothing). */
export function createMemorySpool(limits: SpoolLimits = {}): Spool {
  const gauge = createGauge(limits);
  const all = new Map<string, MemoryTrack>();

  const find = (trackId: string): MemoryTrack => {
    const track = all.get(trackId);
    if (!track) throw new ClientError('UNKNOWN_TRACK', `No track ${trackId} is kept here.`);
    return track;
  };

  return {
    async saveTrack(meta) {
      const origin = { offset: 0, capturedMs: 0 };
      const { start, end, runs } = all.get(meta.trackId) ?? { start: origin, end: origin, runs: [] };
      all.set(meta.trackId, { meta: { ...meta }, start, end, runs, updatedAt: Date.now() });
    },
    async append(trackId, offset, bytes, capturedMs) {
      const track = find(trackId);
      if (offset !== track.end.offset) throw new RangeError(`Append at ${offset}, but it ends at ${track.end.offset}.`);
      gauge.claim(bytes.byteLength);
      track.end = { offset: offset + bytes.byteLength, capturedMs };
      track.runs.push({ offset, bytes: bytes.slice(), end: track.end });
      track.updatedAt = Date.now();
    },
    async read(trackId, from, maxBytes) {
      const { runs, start } = find(trackId);
      if (from < start.offset) throw new RangeError(`Read from ${from}, but it begins at ${start.offset}.`);
      const pieces: Uint8Array[] = [];
      let reached: Mark = start;
      for (const { offset, bytes, end } of runs) {
        const stop = Math.min(end.offset, from + maxBytes);
        const begin = Math.max(offset, from);
        if (begin < stop) pieces.push(bytes.subarray(begin - offset, stop - offset));
        reached = { offset: stop, capturedMs: interpolate(reached, end, stop) };
        if (stop === from + maxBytes) break;
      }
      return { bytes: concat(pieces), capturedMs: reached.capturedMs };
    },
    async drop(trackId, upTo) {
      const track = find(trackId);
      if (upTo <= track.start.offset) return;
      const before = track.end.offset - track.start.offset;
      let reached = track.start;
      for (let [run] = track.runs; run && run.offset < upTo; [run] = track.runs) {
        reached = { offset: upTo, capturedMs: interpolate(reached, run.end, upTo) };
        if (run.end.offset > upTo) break;
        reached = run.end;
        track.runs.shift();
      }
      track.start = { offset: upTo, capturedMs: reached.capturedMs };
      if (upTo > track.end.offset) track.end = track.start;
      gauge.release(before - (track.end.offset - track.start.offset));
    },
    async track(trackId) {
      const track = all.get(trackId);
      return track ? view(track) : null;
    },
    async tracks() {
      return [...all.values()].map(view);
    },
    async remove(trackId) {
      const track = all.get(trackId);
      if (track) gauge.release(track.end.offset - track.start.offset);
      all.delete(trackId);
    },
    async usage() {
      return gauge.usage();
    },
    subscribe: gauge.subscribe,
    async close() {},
  };
}

function view({ meta, start, end, updatedAt }: MemoryTrack): SpooledTrack {
  return {
    ...meta,
    start: start.offset,
    startMs: start.capturedMs,
    end: end.offset,
    updatedAt,
    capturedMs: Math.max(meta.capturedMs, end.capturedMs),
  };
}
