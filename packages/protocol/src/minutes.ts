import { z } from 'zod';
import { epochMs, id, meetingMs } from './ids.ts';
import { limits } from './limits.ts';

/** Every item names the lines that it was made from; `stale` when one of them was changed since. */
const cited = { text: z.string(), segmentIds: z.array(id), stale: z.boolean() };

export const minutesItem = z.object(cited);
export type MinutesItem = z.infer<typeof minutesItem>;

export const actionItem = z.object({ ...cited, owner: z.string().nullable(), due: z.string().nullable() });
export type ActionItem = z.infer<typeof actionItem>;

export const topic = z.object({ ...cited, startMs: meetingMs, endMs: meetingMs });
export type Topic = z.infer<typeof topic>;

export const minutesBody = z.object({
  summary: z.array(minutesItem),
  actionItems: z.array(actionItem),
  decisions: z.array(minutesItem),
  openQuestions: z.array(minutesItem),
  topics: z.array(topic),
});
export type MinutesBody = z.infer<typeof minutesBody>;

export const minutes = minutesBody.extend({
  id,
  meetingId: id,
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** 0 to 1. */
  progress: z.number().min(0).max(1),
  template: z.string(),
  /** `local`, or the provider and model that wrote them. */
  engine: z.string(),
  /** Why the local engine stood in for the chosen one; null where it did not. */
  fallbackReason: z.string().nullable(),
  /** The meeting's revision that they were made from. */
  transcriptSeq: z.number().int().nonnegative(),
  createdAt: epochMs,
  error: z.string().nullable(),
});
export type Minutes = z.infer<typeof minutes>;

/** The templates for minutes that the server knows. A meeting's `kind` is the `name` of one. */
export const templateList = z.object({
  templates: z.array(z.object({ name: z.string(), title: z.string(), sections: z.array(z.string()) })),
});
export type TemplateList = z.infer<typeof templateList>;

export const minutesPost = z.object({
  template: z.string().trim().min(1).max(limits.maxTemplateNameLength).optional(),
  /** Force an engine; otherwise the configured one, with the local one behind it. */
  engine: z.string().trim().min(1).max(limits.maxNameLength).optional(),
  /** Make them anew, even where the same engine has made minutes of the same text lately. */
  fresh: z.boolean().optional(),
});
export type MinutesPost = z.infer<typeof minutesPost>;
