import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '@hansard/protocol';

export interface JudgedMeeting {
  name: string;
  turns: { speaker: string; text: string }[];
  queries: { question: string; spans: { first: number; last: number }[] }[];
}

interface QmsumFile {
  meeting_transcripts: { speaker: string; content: string }[];
  specific_query_list: { query: string; relevant_text_span: [string, string][] }[];
}

/** Reads a folder of meetings in QMSum's format, with the questions that have spans of turns as answers. */
export function readJudgedMeetings(directory: string): JudgedMeeting[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return names.toSorted().map((name) => {
    const file = JSON.parse(readFileSync(join(directory, name), 'utf8')) as QmsumFile;
    return {
      name: name.replace(/\.json$/, ''),
      turns: file.meeting_transcripts.map(({ speaker, content }) => ({ speaker, text: said(content) })),
      queries: file.specific_query_list.map(({ query, relevant_text_span }) => ({
        question: query,
        spans: relevant_text_span.map(([first, last]) => ({ first: Number(first), last: Number(last) })),
      })),
    };
  });
}

/** Without the transcriber's marks, which nobody said. */
function said(content: string): string {
  return content
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, limits.maxSegmentTextLength);
}
