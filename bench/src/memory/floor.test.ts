import { expect, test } from 'vitest';
import { judgeFloor } from './floor.ts';

const floors = (read: (meetings: number) => number) =>
  [0, 250, 500, 750, 1000, 1250].map((meetings) => ({ meetings, bytes: read(meetings) }));

test('what is taken before the floor has settled is no rise', () => {
  const { baseBytes, rise, bytesPerMeeting } = judgeFloor(
    floors((meetings) => (meetings < 500 ? 30_000 + 40 * meetings : 50_000)),
    500,
  );
  expect([baseBytes, rise, bytesPerMeeting]).toEqual([50_000, 0, 0]);
});

test('a leak of so many bytes a meeting is seen as that', () => {
  const { rise, bytesPerMeeting } = judgeFloor(
    floors((meetings) => 100_000 + 8 * meetings),
    500,
  );
  expect(bytesPerMeeting).toBeCloseTo(8);
  expect(rise).toBeCloseTo(6000 / 104_000);
});

test('the highest of the later floors counts, not the last', () => {
  const { rise } = judgeFloor(
    floors((meetings) => (meetings === 1000 ? 110 : 100)),
    500,
  );
  expect(rise).toBeCloseTo(0.1);
});

test('too few floors are no verdict', () => {
  expect(() =>
    judgeFloor(
      floors(() => 1),
      750,
    ),
  ).toThrow(RangeError);
});
