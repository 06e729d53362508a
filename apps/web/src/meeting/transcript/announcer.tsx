import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import type { Segment } from '@hansard/protocol';

/** Reads new lines to those who listen instead of look; only finished ones, and only while the meeting is live. */
export function Announcer({ live, segments }: { live: boolean; segments: readonly Segment[] }) {
  const latest = live ? segments.findLast(({ final, deleted }) => final && !deleted) : undefined;
  return (
    <VisuallyHidden aria-live="polite" aria-atomic="true">
      {latest && `${latest.speaker === null ? '' : `${latest.speaker}: `}${latest.text}`}
    </VisuallyHidden>
  );
}
