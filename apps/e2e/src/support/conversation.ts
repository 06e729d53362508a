import type { Api } from '@hansard/client';
import { limits, type Caption } from '@hansard/protocol';

const speakers = ['Chair', 'Treasurer', 'Engineer', 'Guest'];
const remarks = [
  'the budget for the next quarter is on the table.',
  'I will send the corrected numbers to everybody by Friday.',
  'the export of old orders is slow, since it reads every row twice.',
  'we decided to move the launch to the second week of May.',
  'who is going to answer the customer about the broken cable?',
];

/** `count` lines of four speakers, one every 4 s. No two have the same text, so that a line is known by it. */
export function conversation(count: number): Caption[] {
  return Array.from({ length: count }, (_, index) => ({
    externalId: `line-${index}`,
    speaker: speakers[index % speakers.length]!,
    startMs: index * 4000,
    endMs: index * 4000 + 3500,
    text: `Point ${index + 1}: ${remarks[index % remarks.length]}`,
    final: true,
  }));
}

/** Makes a meeting of these lines, still live; gives its ID. */
export async function holdMeeting(api: Api, title: string, lines: readonly Caption[]): Promise<string> {
  const { id } = await api.createMeeting({ title });
  for (let from = 0; from < lines.length; from += limits.maxSegmentsPerPost) {
    const segments = lines.slice(from, from + limits.maxSegmentsPerPost);
    await api.postCaptions(id, { source: 'conversation', segments });
  }
  return id;
}
