import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '@hansard/client';
import { limits, type Caption } from '@hansard/protocol';

const speakers = ['Chair', 'Treasurer', 'Engineer', 'Guest'];
const remarks = [
  'Let us begin with the budget for the next quarter.',
  'The numbers of last month are in, and I will send them to everybody by Friday.',
  'The export of old orders is slow, since it reads every row twice and then sorts what it has read.',
  'We decided to move the launch to the second week of May.',
  'Who is going to answer the customer about the broken cable?',
  'Yes.',
];
const shortMeetingLines = 12;

/** Meetings as short as they come, and then one of `lines` lines with its minutes; gives that one's ID. */
export async function fill(api: Api, meetings: number, lines: number): Promise<string> {
  for (let number = 1; number < meetings; number += 1) await hold(api, `Weekly round ${number}`, shortMeetingLines);
  const id = await hold(api, 'Quarterly review', lines);
  while ((await api.getMeeting(id)).state !== 'done') await sleep(200);
  return id;
}

async function hold(api: Api, title: string, count: number): Promise<string> {
  const { id } = await api.createMeeting({ title });
  const lines = Array.from({ length: count }, (_, index): Caption => {
    const startMs = index * 4000;
    const text = remarks[index % remarks.length]!;
    const speaker = speakers[index % speakers.length]!;
    return { externalId: `line-${index}`, speaker, startMs, endMs: startMs + 3500, text, final: true };
  });
  for (let from = 0; from < count; from += limits.maxSegmentsPerPost) {
    const segments = lines.slice(from, from + limits.maxSegmentsPerPost);
    await api.postCaptions(id, { source: 'bench', segments });
  }
  await api.endMeeting(id);
  return id;
}
