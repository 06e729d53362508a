import type { MeetingDetail } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import { Notice } from '../../ui/notice.tsx';

/** Why there is no text (yet), by what the meeting is doing. */
export function EmptyTranscript({ meeting: { state, openChunks, ledger, tracks } }: { meeting: MeetingDetail }) {
  const { title, text } = strings.emptyTranscript[reason()];
  return <Notice title={title} text={text} />;

  function reason(): keyof typeof strings.emptyTranscript {
    if (state === 'live') return tracks.length === 0 ? 'fresh' : 'listening';
    if (openChunks > 0 || state === 'processing') return 'processing';
    return ledger.durableMs > 0 ? 'silent' : 'nothing';
  }
}
