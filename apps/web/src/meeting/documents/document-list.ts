import type { MeetingDocument } from '@hansard/protocol';

/** What was told over the socket: a document as it is now, or null for one that was deleted. */
export type Told = ReadonlyMap<string, MeetingDocument | null>;

/** The list with what was told put in, the oldest first. */
export function withTold(documents: readonly MeetingDocument[], told: Told): MeetingDocument[] {
  const merged = new Map(documents.map((document) => [document.id, document]));
  for (const [id, document] of told) {
    if (document === null) merged.delete(id);
    else merged.set(id, document);
  }
  return [...merged.values()].toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

/** Whether the server is at it, or will be. */
export function isUnderWay({ state }: MeetingDocument): boolean {
  return state === 'waiting' || state === 'parsing' || state === 'embedding';
}
