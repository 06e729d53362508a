import type { ActionItem, MinutesItem, Topic } from '@hansard/protocol';

type Fresh<T extends { stale: boolean }> = Omit<T, 'stale'>;

/** Minutes as an engine makes them and as they are stored: what is stale is worked out when they are read. */
export interface MinutesDraft {
  summary: Fresh<MinutesItem>[];
  actionItems: Fresh<ActionItem>[];
  decisions: Fresh<MinutesItem>[];
  openQuestions: Fresh<MinutesItem>[];
  topics: Fresh<Topic>[];
}

export type Section = keyof MinutesDraft;

export function emptyDraft(): MinutesDraft {
  return { summary: [], actionItems: [], decisions: [], openQuestions: [], topics: [] };
}
