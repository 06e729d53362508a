import type { MeetingDocument } from '@hansard/protocol';
import type { DocumentRow } from '../../adapters/database/index.ts';
import { toLeftOut, type LeftOut } from './left-out.ts';

export function toDocument(row: DocumentRow): MeetingDocument {
  const { id, meetingId, name, kind, bytes, state, pages, passages, createdAt } = row;
  return {
    id,
    meetingId,
    name,
    kind,
    bytes,
    state,
    progress: { done: row.progressDone, total: row.progressTotal },
    pages,
    passages,
    leftOut: row.leftOut === null ? null : toLeftOut(JSON.parse(row.leftOut) as LeftOut, passages),
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' },
    createdAt,
  };
}
