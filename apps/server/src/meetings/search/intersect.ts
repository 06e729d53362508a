import type { MeetingStream } from './word-stream.ts';

export interface Intersection {
  ordinals: number[];
  /** Everything above was looked at; null where nothing is left. */
  goOnAt: number | null;
}

/**
 * The newest meetings at or below `max` that stand in every stream. The streams leap: each goes straight down to where the
 * others stand, so that a rare word makes a frequent one cheap. `onFound` is called while the streams stand at the meeting.
 */
export async function intersect(
  streams: readonly MeetingStream[],
  max: number,
  limit: number,
  onFound: (ordinal: number) => void,
): Promise<Intersection> {
  const ordinals: number[] = [];
  let candidate = max;
  while (ordinals.length < limit) {
    const agreed = await agree(streams, candidate);
    if (agreed === null) return { ordinals, goOnAt: null };
    if (!agreed.isFound) return { ordinals, goOnAt: agreed.at };
    ordinals.push(agreed.at);
    onFound(agreed.at);
    candidate = agreed.at - 1;
  }
  return { ordinals, goOnAt: candidate };
}

/** The newest meeting at or below `max` in every stream, or how far down they came before the budget was used up. */
async function agree(streams: readonly MeetingStream[], max: number): Promise<{ at: number; isFound: boolean } | null> {
  let at = max;
  let agreeing = 0;
  for (let next = 0; agreeing < streams.length; next = (next + 1) % streams.length) {
    const found = await streams[next]!.seek(at);
    if (found === null) return null;
    if (found === undefined) return { at, isFound: false };
    agreeing = found === at ? agreeing + 1 : 1;
    at = found;
  }
  return { at, isFound: true };
}
