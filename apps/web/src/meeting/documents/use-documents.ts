import { useEffect, useRef } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { MeetingDocument } from '@hansard/protocol';
import { connection } from '../../app/connection.ts';
import { documentsQuery, tellDocuments } from './documents-query.ts';
import { withTold } from './document-list.ts';

/**
 * The meeting's documents, kept up to date over the socket. `live`: this page is among those who are told; what happened
 * before, or while the connection was lost, is read anew.
 */
export function useDocuments(meetingId: string, live: boolean) {
  const queryClient = useQueryClient();
  /** What was told since the list was last asked for: an answer that was on its way must not put the older back. */
  const told = useRef(new Map<string, MeetingDocument | null>());
  const { queryKey, queryFn } = documentsQuery(meetingId);
  const query = useQuery({
    queryKey,
    queryFn: async (context) => {
      told.current.clear();
      return withTold(await queryFn(context), told.current);
    },
  });

  useEffect(() => {
    const socket = connection();
    const onDocument = (document: MeetingDocument) => {
      if (document.meetingId !== meetingId) return;
      told.current.set(document.id, document);
      tellDocuments(queryClient, meetingId, new Map([[document.id, document]]));
    };
    const onDeleted = (deleted: { meetingId: string; documentId: string }) => {
      if (deleted.meetingId !== meetingId) return;
      told.current.set(deleted.documentId, null);
      tellDocuments(queryClient, meetingId, new Map([[deleted.documentId, null]]));
    };
    socket.on('document', onDocument);
    socket.on('document:deleted', onDeleted);
    return () => {
      socket.off('document', onDocument);
      socket.off('document:deleted', onDeleted);
    };
  }, [meetingId, queryClient]);

  const { refetch } = query;
  const wasLive = useRef(live);
  useEffect(() => {
    if (live && !wasLive.current) void refetch();
    wasLive.current = live;
  }, [live, refetch]);

  return query;
}
