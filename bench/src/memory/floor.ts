/** What the server held after a collection, once so many meetings had been opened and ended. */
export interface FloorPoint {
  meetings: number;
  bytes: number;
}

export interface FloorVerdict {
  /** The first floor from `settledAfter` meetings on. */
  baseBytes: number;
  /** The highest of the later ones above it, as a share of it; below 0 where all are lower. */
  rise: number;
  /** By the straight line through all of them. */
  bytesPerMeeting: number;
}

/** How flat the floor is after the first `settledAfter` meetings, until which code is compiled and caches fill. Throws a RangeError where fewer than three floors follow. */
export function judgeFloor(points: readonly FloorPoint[], settledAfter: number): FloorVerdict {
  const settled = points.filter(({ meetings }) => meetings >= settledAfter);
  const [base, ...later] = settled;
  if (!base || later.length < 3)
    throw new RangeError(`${settled.length} floors after ${settledAfter} meetings are too few.`);
  const highest = Math.max(...later.map(({ bytes }) => bytes));
  return { baseBytes: base.bytes, rise: highest / base.bytes - 1, bytesPerMeeting: slopeOf(settled) };
}

/** By least squares. */
function slopeOf(points: readonly FloorPoint[]): number {
  const mean = (read: (point: FloorPoint) => number) =>
    points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const meanMeetings = mean(({ meetings }) => meetings);
  const meanBytes = mean(({ bytes }) => bytes);
  const covariance = mean(({ meetings, bytes }) => (meetings - meanMeetings) * (bytes - meanBytes));
  return covariance / mean(({ meetings }) => (meetings - meanMeetings) ** 2);
}
