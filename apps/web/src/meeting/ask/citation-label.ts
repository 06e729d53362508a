import type { AskReply, Citation } from '@hansard/protocol';
import { clock } from '../../format/time.ts';
import { strings } from '../../strings.ts';

/** `spec.pdf p. 4`, `12:31 Ana`. */
export function citationLabel({ documentName, page, startMs, speaker }: Citation): string {
  if (documentName !== undefined) return strings.ask.page(documentName, page);
  return strings.ask.line(clock(startMs ?? 0), speaker);
}

/** An answer with its sources, to be put elsewhere. */
export function asPlainText({ answer, citations }: AskReply): string {
  if (citations.length === 0) return answer;
  const sources = citations.map(
    (citation, index) => `[${index + 1}] ${strings.ask.inMeeting(citation.meetingTitle, citationLabel(citation))}`,
  );
  return `${answer}\n\n${strings.ask.sources}:\n${sources.join('\n')}\n`;
}
