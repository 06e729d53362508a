import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTrackIndex, findExtents, noLocation, putRecord, releaseRecords } from './track-index.ts';

test('[J22] takes 8 bytes a record and an eighth more, and gives them back', () => {
  const tracks = Array.from({ length: 5000 }, (_, track) => {
    const index = createTrackIndex();
    for (let at = 0; at < 200 + (track % 120); at += 1) putRecord(index, at * 1000, (at + 1) * 1000, at + 1, () => {});
    return index;
  });
  const records = tracks.reduce((sum, { count }) => sum + count, 0);
  const bytes = tracks.reduce((sum, { cells }) => sum + cells.byteLength, 0);
  expect(bytes / records).toBeLessThanOrEqual(9.1);
  for (const index of tracks) releaseRecords(index, 190_000, () => {});
  expect(tracks.reduce((sum, { cells }) => sum + cells.byteLength, 0)).toBeLessThan(bytes / 2);
  for (const index of tracks) releaseRecords(index, Number.POSITIVE_INFINITY, () => {});
  expect(tracks.reduce((sum, { cells }) => sum + cells.byteLength, 0)).toBe(0);
});

test('[J19] [J20] agrees with a list of bytes, each of which knows its record', () => {
  const put = fc.record({ back: fc.integer({ min: -20, max: 60 }), length: fc.integer({ min: 1, max: 30 }) });
  const release = fc.record({ release: fc.double({ min: 0, max: 1.2, noNaN: true }) });
  fc.assert(
    fc.property(
      fc.nat(2 ** 40),
      fc.array(fc.oneof({ weight: 4, arbitrary: put }, release), { maxLength: 60 }),
      (origin, steps) => {
        const index = createTrackIndex();
        const live = new Map<number, number>();
        const onDrop = (location: number) => void live.set(location, live.get(location)! - 1);
        let model: { start: number; end: number; location: number }[] = [];
        let start = 0;
        for (const [at, step] of steps.entries()) {
          const end = model.at(-1)?.end ?? origin;
          if ('release' in step) {
            const upTo = Math.min(end, start + Math.round(step.release * (end - start)));
            releaseRecords(index, upTo, onDrop);
            if (upTo <= start) continue;
            start = upTo;
            model = model.filter((record) => record.end > upTo);
            continue;
          }
          // Mostly at the end, now and then before it or behind a gap.
          const offset = step.back > 20 ? end : Math.max(0, end - step.back);
          const record = { start: offset, end: offset + step.length, location: at + 1 };
          live.set(at + 1, 1);
          putRecord(index, record.start, record.end, record.location, onDrop);
          if (model.length === 0) start = offset;
          const same = model.findIndex((other) => other.start === record.start && other.end === record.end);
          if (same !== -1) model[same] = record;
          else {
            model = model
              .filter((other) => other.start < offset && start < offset)
              .map((other) => ({ ...other, end: Math.min(other.end, offset) }));
            const left = model.at(-1)?.end;
            if (left === undefined) start = offset;
            else if (left < offset) model.push({ start: left, end: offset, location: noLocation });
            model.push(record);
          }
        }
        expect(index.count).toBe(model.length);
        expect(findExtents(index, start, model.at(-1)?.end ?? start)).toEqual(model);
        expect([...live].filter(([, uses]) => uses > 0).map(([location]) => location)).toEqual(
          model
            .map(({ location }) => location)
            .filter((location) => location !== noLocation)
            .toSorted((a, b) => a - b),
        );
      },
    ),
    { numRuns: 500 },
  );
});
