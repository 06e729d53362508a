import type { Minutes, MinutesBody } from '@hansard/protocol';
import type { MinutesRow } from '../adapters/database/index.ts';
import type { MinutesDraft } from './draft.ts';

/** Every segment that the items cite, once. */
export function citedIds(draft: MinutesDraft): string[] {
  return [
    ...new Set(
      Object.values(draft).flatMap((items: { segmentIds: string[] }[]) =>
        items.flatMap(({ segmentIds }) => segmentIds),
      ),
    ),
  ];
}

/** The row as clients see it; an item is stale when a segment that it cites was changed since. */
export function toMinutes(row: MinutesRow, draft: MinutesDraft, changed: ReadonlySet<string>): Minutes {
  const mark = <T extends { segmentIds: string[] }>(items: readonly T[]) =>
    items.map((item) => ({ ...item, stale: item.segmentIds.some((id) => changed.has(id)) }));
  const body: MinutesBody = {
    summary: mark(draft.summary),
    actionItems: mark(draft.actionItems),
    decisions: mark(draft.decisions),
    openQuestions: mark(draft.openQuestions),
    topics: mark(draft.topics),
  };
  const { id, meetingId, state, progress, template, engine, fallbackReason, transcriptSeq, createdAt, error } = row;
  return { id, meetingId, state, progress, template, engine, fallbackReason, transcriptSeq, createdAt, error, ...body };
}
