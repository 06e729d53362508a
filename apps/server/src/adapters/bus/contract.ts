import type { Meeting, MeetingDetail, MeetingDocument, Minutes, Segment } from '@hansard/protocol';

/** What viewers of a meeting are told. */
export type MeetingEvent =
  | { type: 'segment'; segment: Segment }
  | { type: 'meeting'; meeting: Meeting | MeetingDetail }
  | { type: 'meeting:deleted'; meetingId: string }
  | { type: 'minutes'; minutes: Minutes }
  | { type: 'document'; document: MeetingDocument }
  | { type: 'document:deleted'; meetingId: string; documentId: string };

/**
 * Carries a meeting's events to whoever watches it, on any instance. Events of one meeting published by one process
 * arrive in order, at most once: a viewer that missed some asks with `since`. A subscriber that throws harms no other.
 */
export interface Bus {
  publish(meetingId: string, event: MeetingEvent): void;
  /** Every meeting's events; returns the function that ends it. */
  subscribe(listener: (meetingId: string, event: MeetingEvent) => void): () => void;
}
