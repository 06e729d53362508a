import type { UploadStatus } from '@hansard/client';
import { strings } from '../../strings.ts';

export interface StatusText {
  tone: 'calm' | 'busy' | 'warning' | 'bad';
  text: string;
}

/** What the page says about the audio. Every word of it follows from what the spool holds and the server confirmed. */
export function statusText(status: UploadStatus): StatusText {
  switch (status.kind) {
    case 'saved':
      return { tone: 'calm', text: strings.status.saved };
    case 'saving':
      return { tone: 'busy', text: strings.status.saving(status.behindMs) };
    case 'slowed':
      return { tone: 'busy', text: strings.status.slowed };
    case 'offline':
      return { tone: 'warning', text: strings.status.offline(status.keptMs) };
    case 'spool-low':
      return { tone: 'warning', text: strings.status.spoolLow(status.leftBytes) };
    case 'spool-full':
      return { tone: 'bad', text: strings.status.spoolFull(status.keptMs) };
    case 'refused':
      break;
  }
  return refusedText(status);
}

function refusedText({ error, retrying, keptMs }: Extract<UploadStatus, { kind: 'refused' }>): StatusText {
  if (codeOf(error) === 'TRACK_TAKEN') return { tone: 'warning', text: strings.status.taken };
  const reason = error.message;
  return retrying
    ? { tone: 'warning', text: strings.status.waiting(keptMs, reason) }
    : { tone: 'bad', text: strings.status.refused(keptMs, reason) };
}

/** The SDK wraps the server's refusal: what the server said is the cause. */
function codeOf(error: Extract<UploadStatus, { kind: 'refused' }>['error']): string {
  if ('cause' in error && typeof error.cause === 'object' && error.cause !== null && 'code' in error.cause) {
    return String(error.cause.code);
  }
  return error.code;
}
