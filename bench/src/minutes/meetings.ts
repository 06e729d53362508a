import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Meeting {
  name: string;
  turns: { speaker: string; content: string }[];
  /** What people wrote when asked to summarise the whole meeting. */
  references: string[];
}

interface QmsumFile {
  meeting_transcripts: { speaker: string; content: string }[];
  general_query_list: { query: string; answer: string }[];
}

/** Reads a folder of meetings in QMSum's format; those without a summary of the whole are left out. */
export function readMeetings(directory: string): Meeting[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return files
    .toSorted()
    .map((name) => {
      const file = JSON.parse(readFileSync(join(directory, name), 'utf8')) as QmsumFile;
      const general = file.general_query_list.filter(({ query }) => /summari[sz]e/i.test(query));
      return {
        name: name.replace(/\.json$/, ''),
        turns: file.meeting_transcripts,
        references: general.map(({ answer }) => answer),
      };
    })
    .filter(({ references }) => references.length > 0);
}

/** Sentences for the baselines, as spoken: only the transcriber's marks, which nobody said, are taken out. */
export function sentencesOf({ turns }: Meeting): string[] {
  return turns
    .flatMap(({ content }) => content.replace(/\{[^}]*\}/g, ' ').split(/(?<=[.?!]) +(?=\p{Lu})/u))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}
