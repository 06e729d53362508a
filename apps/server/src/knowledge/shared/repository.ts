import type { Database } from '../../adapters/database/index.ts';

export type SharingRepository = ReturnType<typeof createSharingRepository>;

export function createSharingRepository(database: Database) {
  return {
    /** Undefined where this instance's database doesn't have the meeting. */
    meeting: (meetingId: string) =>
      database
        .selectFrom('meetings')
        .select(['workspaceId', 'title', 'seq'])
        .where('id', '=', meetingId)
        .executeTakeFirst(),

    async documentNames(meetingId: string): Promise<Record<string, string>> {
      const rows = await database
        .selectFrom('documents')
        .select(['id', 'name'])
        .where('meetingId', '=', meetingId)
        .execute();
      return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
    },
  };
}
