import type { Segment } from '@hansard/protocol';
import type { SegmentRow } from '../adapters/database/index.ts';

export function toSegment(row: SegmentRow): Segment {
  return {
    id: row.id,
    seq: row.seq,
    meetingId: row.meetingId,
    trackId: row.trackId,
    speaker: row.speaker,
    startMs: row.startMs,
    endMs: row.endMs,
    text: row.text,
    final: row.final === 1,
    ...(row.edited === 1 && { edited: true }),
    ...(row.deleted === 1 && { deleted: true }),
  };
}
