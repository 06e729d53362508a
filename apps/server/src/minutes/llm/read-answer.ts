import { emptyDraft, type MinutesDraft } from '../draft.ts';
import { wordsOf, type Line } from '../local/index.ts';
import type { Template } from '../templates.ts';
import type { Answer } from './schema.ts';

const maxItems = 40;
const maxTextLength = 1000;
const maxNameLength = 120;
const maxCitations = 8;
/** An item without a valid citation is kept where one line has so much of its words. */
const repairShare = 0.5;

/**
 * Holds a model's answer to the transcript: invented line numbers go, an item that is left without any is given the line
 * whose words it has, or goes too; an owner whom neither the speakers nor the cited lines know becomes null.
 */
export function readAnswer(answer: Answer, lines: readonly Line[], template: Template): MinutesDraft {
  const draft = emptyDraft();
  const cite = (item: { text: string; lines: number[] }) => citationsOf(item, lines);
  const ids = (cited: readonly number[]) => cited.map((index) => lines[index]!.id);
  for (const section of ['summary', 'decisions', 'openQuestions'] as const) {
    if (!(section in template.sections)) continue;
    for (const item of answer[section].slice(0, maxItems)) {
      const cited = cite(item);
      const text = clipped(item.text, maxTextLength);
      if (text && cited.length > 0) draft[section].push({ text, segmentIds: ids(cited) });
    }
  }
  for (const item of 'actionItems' in template.sections ? answer.actionItems.slice(0, maxItems) : []) {
    const cited = cite(item);
    const text = clipped(item.text, maxTextLength);
    if (!text || cited.length === 0) continue;
    const owner = ownerOf(item.owner, cited, lines);
    const due = item.due === null ? null : clipped(item.due, maxNameLength) || null;
    draft.actionItems.push({ text, segmentIds: ids(cited), owner, due });
  }
  for (const { text: title, firstLine, lastLine } of 'topics' in template.sections
    ? answer.topics.slice(0, maxItems)
    : []) {
    const text = clipped(title, maxNameLength);
    if (!text || !isLine(firstLine, lines) || !isLine(lastLine, lines) || lastLine < firstLine) continue;
    const span = lines.slice(firstLine - 1, lastLine);
    draft.topics.push({
      text,
      segmentIds: [...new Set([span[0]!.id, span.at(-1)!.id])],
      startMs: span[0]!.startMs,
      endMs: Math.max(...span.map(({ endMs }) => endMs)),
    });
  }
  return draft;
}

function citationsOf({ text, lines: numbers }: { text: string; lines: number[] }, lines: readonly Line[]): number[] {
  const valid = numbers.filter((number) => isLine(number, lines)).map((number) => number - 1);
  if (valid.length > 0) return [...new Set(valid)].toSorted((a, b) => a - b).slice(0, maxCitations);
  const closest = closestLine(text, lines);
  return closest === null ? [] : [closest];
}

function isLine(number: number, lines: readonly Line[]): boolean {
  return Number.isInteger(number) && number >= 1 && number <= lines.length;
}

function closestLine(text: string, lines: readonly Line[]): number | null {
  const wanted = new Set(wordsOf(text).filter((word) => word.length > 3));
  let best: number | null = null;
  let most = wanted.size * repairShare;
  for (const [index, line] of lines.entries()) {
    const found = new Set(wordsOf(line.text)).intersection(wanted).size;
    if (found > most) [best, most] = [index, found];
  }
  return best;
}

/** Better no name than a wrong one. */
function ownerOf(owner: string | null, cited: readonly number[], lines: readonly Line[]): string | null {
  const name = clipped(owner ?? '', maxNameLength);
  if (!name) return null;
  const lower = name.toLowerCase();
  const speaker = lines.find((line) => line.speaker?.toLowerCase() === lower)?.speaker;
  if (speaker) return speaker;
  return cited.some((index) => wordsOf(lines[index]!.text).join(' ').includes(wordsOf(name).join(' '))) ? name : null;
}

function clipped(text: string, max: number): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, max);
}
