import type { Segment, SegmentPage } from '@hansard/protocol';

export interface SegmentDifference {
  segments: number;
  /** Segments whose sound was transcribed before, or whose time another one covers too. */
  doubled: number;
  /** Time of the track that no segment covers. */
  uncoveredMs: number;
}

/** Times are whole milliseconds at either end. */
const roundingMs = 2;
/** How much shorter than asked for a recording may be: it ends with a whole packet, and its first samples are not sound. */
const packetMs = 60;

/** One segment for each chunk is expected, its text naming the chunk's sound. */
export function compareSegments(segments: readonly Segment[], durationMs: number): SegmentDifference {
  const texts = new Set<string>();
  let doubled = 0;
  let uncoveredMs = 0;
  let coveredTo = 0;
  for (const { text, startMs, endMs } of segments.toSorted((a, b) => a.startMs - b.startMs)) {
    const isKnown = texts.has(text);
    texts.add(text);
    if (isKnown || startMs < coveredTo - roundingMs) doubled += 1;
    if (startMs > coveredTo + roundingMs) uncoveredMs += startMs - coveredTo;
    coveredTo = Math.max(coveredTo, endMs);
  }
  if (coveredTo < durationMs - packetMs) uncoveredMs += durationMs - coveredTo;
  return { segments: segments.length, doubled, uncoveredMs };
}

export async function readSegments(api: string, meetingId: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  let since = 0;
  for (;;) {
    const answer = await fetch(`${api}/meetings/${meetingId}/segments?since=${since}&limit=500`);
    if (!answer.ok) throw new Error(`segments: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as SegmentPage;
    segments.push(...page.segments.filter(({ deleted }) => !deleted));
    since = page.cursor;
    if (!page.more) return segments;
  }
}
