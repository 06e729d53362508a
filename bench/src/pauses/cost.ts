import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildChunkOgg, TrackReader, type CutChunk } from '@hansard/server/media';
import { median } from '../report.ts';

const mimeType = 'audio/webm;codecs=opus';
/** 250 ms at 32 kbit/s: what a recorder sends at once. */
const sliceBytes = 1000;
const rounds = 30;
const openTracks = 2000;

export interface Cost {
  /** CPU to find the chunks in a second of sound, in slices of 250 ms. */
  cutUsPerAudioSecond: number;
  /** CPU to make the Ogg of a second of sound. */
  oggUsPerAudioSecond: number;
  /** The largest snapshot of all that were taken, one at each slice. */
  stateBytes: number;
  /** CPU of one snapshot. */
  snapshotUs: number;
  /** Heap that a track takes while it is recorded, as a slope. */
  heapBytesPerTrack: number;
}

export function measureCost(webm: Uint8Array): Cost {
  const { chunks, seconds } = cut(webm, () => {});
  const cutting = [];
  const building = [];
  for (let round = 0; round < rounds; round += 1) {
    cutting.push(cpuUs(() => void cut(webm, () => {})));
    building.push(cpuUs(() => chunks.forEach((chunk) => buildChunkOgg(bytesOf(webm, chunk), chunk.framing))));
  }
  let snapshots = 0;
  let stateBytes = 0;
  const withSnapshots = cpuUs(() => {
    cut(webm, (reader) => {
      snapshots += 1;
      stateBytes = Math.max(stateBytes, reader.snapshot().length);
    });
  });
  return {
    cutUsPerAudioSecond: Math.round(median(cutting) / seconds),
    oggUsPerAudioSecond: Math.round(median(building) / seconds),
    stateBytes,
    snapshotUs: Math.round((withSnapshots - median(cutting)) / snapshots),
    heapBytesPerTrack: measureHeap(webm.subarray(0, 60_000)),
  };
}

function cut(webm: Uint8Array, atSlice: (reader: TrackReader) => void): { chunks: CutChunk[]; seconds: number } {
  const reader = new TrackReader({ mimeType });
  const chunks: CutChunk[] = [];
  for (let at = 0; at < webm.length; at += sliceBytes) {
    chunks.push(...reader.push(webm.subarray(at, at + sliceBytes), at));
    atSlice(reader);
  }
  chunks.push(...reader.finish());
  return { chunks, seconds: reader.durableMs / 1000 };
}

function bytesOf(webm: Uint8Array, { byteStart, byteEnd }: CutChunk): Uint8Array {
  return webm.subarray(byteStart, byteEnd);
}

function cpuUs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Heap of so many readers in the middle of a track, less that of a quarter of them. */
function measureHeap(webm: Uint8Array): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const readers: TrackReader[] = [];
  const heapWith = (count: number) => {
    while (readers.length < count) {
      const reader = new TrackReader({ mimeType });
      for (let at = 0; at < webm.length; at += sliceBytes) reader.push(webm.subarray(at, at + sliceBytes), at);
      readers.push(reader);
    }
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const few = heapWith(openTracks / 4);
  const many = heapWith(openTracks);
  return Math.round((many - few) / (readers.length * 0.75));
}
