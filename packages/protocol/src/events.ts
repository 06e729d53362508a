import { z } from 'zod';
import type { ErrorBody, WireError } from './errors.ts';
import { id } from './ids.ts';
import type { MeetingDocument } from './knowledge.ts';
import { limits } from './limits.ts';
import { trackKind, type Meeting, type MeetingDetail } from './meeting.ts';
import type { Minutes } from './minutes.ts';
import { captionPost, type Segment, type SegmentPage } from './segment.ts';

export const meetingJoin = z.object({ meetingId: id, since: z.number().int().nonnegative().default(0) });
export type MeetingJoin = z.input<typeof meetingJoin>;

export const trackOpen = z.object({
  meetingId: id,
  trackId: id,
  kind: trackKind.exclude(['captions']),
  mimeType: z.string().min(1).max(limits.maxMimeTypeLength),
  participant: z.string().trim().min(1).max(limits.maxNameLength).nullish(),
  /**
   * When the recorder started: milliseconds since 1970 by the client's clock. Values below 10¹¹ (1973) are
   * milliseconds from the meeting's start.
   */
  startedAtMs: z.number().nonnegative(),
  /** The client's clock when it sent this; lets the server take the difference of the clocks out. */
  sentAtMs: z.number().nonnegative().optional(),
  continues: id.nullish(),
});
export type TrackOpen = z.infer<typeof trackOpen>;

export const trackClose = z.object({
  trackId: id,
  length: z.number().int().nonnegative().max(limits.maxTrackBytes),
  capturedMs: z.number().nonnegative().optional(),
});
export type TrackClose = z.infer<typeof trackClose>;

export const captionsSend = captionPost.extend({ meetingId: id });
export type CaptionsSend = z.input<typeof captionsSend>;

/** A socket acknowledgement: what was asked for, or an error in the same shape as HTTP's. */
export type Reply<T> = T | ErrorBody;
export type Ack<T> = (reply: Reply<T>) => void;

export interface Durable {
  /** Every byte of the track before this offset survives a power loss. */
  durable: number;
}

export interface Joined extends SegmentPage {
  meeting: MeetingDetail;
}

export interface ClientToServerEvents {
  'meeting:join': (join: MeetingJoin, ack: Ack<Joined>) => void;
  'meeting:leave': (leave: { meetingId: string }, ack: Ack<Record<string, never>>) => void;
  'track:open': (open: TrackOpen, ack: Ack<Durable>) => void;
  /** `capturedMs`: how much the recorder has captured so far. It may be left out, the acknowledgement then follows the bytes. */
  'track:slice': (
    trackId: string,
    offset: number,
    bytes: Uint8Array,
    capturedMs: number | undefined,
    ack: Ack<Durable>,
  ) => void;
  'track:close': (close: TrackClose, ack: Ack<Durable>) => void;
  'captions:send': (captions: CaptionsSend, ack: Ack<{ accepted: number }>) => void;
}

export interface ServerToClientEvents {
  segment: (segment: Segment) => void;
  meeting: (meeting: Meeting | MeetingDetail) => void;
  'meeting:deleted': (deleted: { meetingId: string }) => void;
  minutes: (minutes: Minutes) => void;
  document: (document: MeetingDocument) => void;
  'document:deleted': (deleted: { meetingId: string; documentId: string }) => void;
  /** Send larger slices, less often: at least `sliceMs` of audio in each. */
  'slow-down': (advice: { sliceMs: number }) => void;
  'speed-up': () => void;
  /** Another connection took the track, or the server gave it up. */
  'track:lost': (lost: { trackId: string; error: WireError }) => void;
}
