import type { DocumentKind } from '@hansard/protocol';
import type { Objects } from '../../adapters/objects/index.ts';
import type { FileOwner } from './incoming.ts';
import { documentLimits } from './limits.ts';

const folderOf = (meetingId: string): string => `documents/${meetingId}/`;
const keyOf = ({ meetingId, id }: FileOwner): string => folderOf(meetingId) + id;

/** The files as they were sent, in the object store. */
export function createOriginals(objects: Objects) {
  async function* read(owner: FileOwner, start = 0, end = Infinity): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; at += documentLimits.readBytes) {
      const piece = await objects.read(keyOf(owner), at, Math.min(end, at + documentLimits.readBytes));
      if (piece.length > 0) yield piece;
      if (piece.length < documentLimits.readBytes) return;
    }
  }
  return {
    put: (owner: FileOwner, bytes: AsyncIterable<Uint8Array>): Promise<void> => objects.put(keyOf(owner), bytes),
    /** Bytes [start, end). */
    read,
    size: (owner: FileOwner): Promise<number | null> => objects.size(keyOf(owner)),
    remove: async (owner: FileOwner): Promise<void> => {
      await objects.removeAll(keyOf(owner));
    },
    removeAllOf: async (meetingId: string): Promise<void> => {
      await objects.removeAll(folderOf(meetingId));
    },
  };
}

export type Originals = ReturnType<typeof createOriginals>;

const office = 'application/vnd.openxmlformats-officedocument';

/** What a browser may show as itself is PDF alone: its viewer runs apart from our pages. All others are files to keep. */
export function servedAs(kind: DocumentKind | null): { contentType: string; isInline: boolean } {
  switch (kind) {
    case 'pdf':
      return { contentType: 'application/pdf', isInline: true };
    case 'docx':
      return { contentType: `${office}.wordprocessingml.document`, isInline: false };
    case 'pptx':
      return { contentType: `${office}.presentationml.presentation`, isInline: false };
    case 'html':
    case 'markdown':
    case 'text':
    case null:
      return { contentType: 'application/octet-stream', isInline: false };
  }
}
