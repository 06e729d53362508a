import { z } from 'zod';
import { id, meetingMs } from './ids.ts';
import { limits } from './limits.ts';

const speaker = z.string().trim().min(1).max(limits.maxNameLength).nullable();
const text = z.string().max(limits.maxSegmentTextLength);

/** One line of transcript. Order by `startMs`, then `seq`. A deleted one has no text and is sent once, as a tombstone. */
export const segment = z.object({
  id,
  /** The meeting's revision at which this segment was last written: unique in its meeting, rising. */
  seq: z.number().int().positive(),
  meetingId: id,
  trackId: id.nullable(),
  speaker,
  startMs: meetingMs,
  endMs: meetingMs,
  text,
  final: z.boolean(),
  /** A person corrected it; an engine or a caption source does not overwrite it any more. */
  edited: z.boolean().optional(),
  deleted: z.boolean().optional(),
});
export type Segment = z.infer<typeof segment>;

export const segmentPage = z.object({
  segments: z.array(segment),
  /** Pass as `since` to go on. */
  cursor: z.number().int().nonnegative(),
  more: z.boolean(),
});
export type SegmentPage = z.infer<typeof segmentPage>;

export const segmentQuery = z.object({
  since: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(limits.maxSegmentsPerPage).default(limits.defaultSegmentsPerPage),
});

export const segmentPatch = z
  .object({ text: text.trim().min(1).optional(), speaker: speaker.optional() })
  .refine((patch) => patch.text !== undefined || patch.speaker !== undefined, 'give a text or a speaker');
export type SegmentPatch = z.infer<typeof segmentPatch>;

/** A line from a source that has text already. The same `externalId` again replaces the older text. */
export const caption = z
  .object({
    externalId: z
      .string()
      .min(1)
      .max(limits.maxIdLength * 2),
    speaker: speaker.default(null),
    startMs: meetingMs,
    endMs: meetingMs,
    text,
    final: z.boolean().default(true),
  })
  .refine((line) => line.endMs >= line.startMs, 'endMs is before startMs');
export type Caption = z.infer<typeof caption>;

export const captionPost = z.object({
  /** Names the source: captions of the same source make up one track. */
  source: z.string().trim().min(1).max(limits.maxNameLength),
  segments: z.array(caption).min(1).max(limits.maxSegmentsPerPost),
});
export type CaptionPost = z.infer<typeof captionPost>;

/** Gives every line of one speaker another name, at once. */
export const speakerRename = z.object({
  from: speaker,
  to: z.string().trim().min(1).max(limits.maxNameLength),
});
export type SpeakerRename = z.infer<typeof speakerRename>;
