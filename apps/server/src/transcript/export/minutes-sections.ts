import type { Minutes } from '@hansard/protocol';
import { clockTime } from './times.ts';

export interface MinutesSection {
  title: string;
  items: string[];
}

/** The minutes as headed lists; sections without items are left out. */
export function minutesSections(minutes: Minutes | null): MinutesSection[] {
  if (minutes?.state !== 'done') return [];
  const { summary, actionItems, decisions, openQuestions, topics } = minutes;
  const texts = (items: readonly { text: string }[]) => items.map(({ text }) => text);
  const sections = [
    { title: 'Summary', items: texts(summary) },
    {
      title: 'Action items',
      items: actionItems.map(({ text, owner, due }) => {
        const detail = [owner, due && `due ${due}`].filter(Boolean).join(', ');
        return detail ? `${text} (${detail})` : text;
      }),
    },
    { title: 'Decisions', items: texts(decisions) },
    { title: 'Open questions', items: texts(openQuestions) },
    {
      title: 'Topics',
      items: topics.map(({ text, startMs, endMs }) => `${clockTime(startMs)}–${clockTime(endMs)} ${text}`),
    },
  ];
  return sections.filter(({ items }) => items.length > 0);
}

/** When the meeting was, how long, and who took part. */
export function headLine(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
