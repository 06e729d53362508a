/** Each entry brings the database from version `index` to `index + 1`. Never edit one that was released; add another. */
export const sqliteMigrations: readonly string[] = [
  `
  CREATE TABLE meetings (
    id TEXT PRIMARY KEY, workspaceId TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    createdAt INTEGER NOT NULL, startedAt INTEGER NOT NULL, endedAt INTEGER, durationMs INTEGER NOT NULL DEFAULT 0,
    people TEXT NOT NULL DEFAULT '[]', seq INTEGER NOT NULL DEFAULT 0, hasGaps INTEGER NOT NULL DEFAULT 0,
    failedChunks INTEGER NOT NULL DEFAULT 0, openChunks INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX meetingsByTime ON meetings (workspaceId, createdAt DESC, id DESC);
  CREATE INDEX meetingsByState ON meetings (workspaceId, state, createdAt DESC, id DESC);
  CREATE INDEX meetingsWithGaps ON meetings (workspaceId, createdAt DESC, id DESC) WHERE hasGaps = 1;

  CREATE TABLE tracks (
    id TEXT PRIMARY KEY, meetingId TEXT NOT NULL REFERENCES meetings ON DELETE CASCADE, kind TEXT NOT NULL,
    mimeType TEXT NOT NULL, participant TEXT, offsetMs INTEGER NOT NULL, continues TEXT, state TEXT NOT NULL,
    length INTEGER, capturedMs INTEGER NOT NULL DEFAULT 0, durableMs INTEGER NOT NULL DEFAULT 0,
    storedBytes INTEGER NOT NULL DEFAULT 0, cutterState BLOB, openedAt INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX tracksOfMeeting ON tracks (meetingId, offsetMs);
  CREATE INDEX openTracks ON tracks (openedAt) WHERE state = 'open';

  CREATE TABLE parts (
    trackId TEXT NOT NULL REFERENCES tracks ON DELETE CASCADE, byteStart INTEGER NOT NULL, byteEnd INTEGER NOT NULL,
    objectKey TEXT NOT NULL, PRIMARY KEY (trackId, byteStart)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE chunks (
    id TEXT PRIMARY KEY, meetingId TEXT NOT NULL REFERENCES meetings ON DELETE CASCADE,
    trackId TEXT NOT NULL REFERENCES tracks ON DELETE CASCADE,
    byteStart INTEGER NOT NULL, byteEnd INTEGER NOT NULL, startMs INTEGER NOT NULL, endMs INTEGER NOT NULL,
    framing TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, dueAt INTEGER NOT NULL DEFAULT 0,
    claimedUntil INTEGER, engine TEXT, error TEXT, createdAt INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX chunksOfTrack ON chunks (trackId, byteEnd);
  CREATE INDEX chunksOfMeeting ON chunks (meetingId, state, startMs);
  CREATE INDEX openChunks ON chunks (state, dueAt, createdAt) WHERE state IN ('waiting', 'claimed');

  CREATE TABLE segments (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, meetingId TEXT NOT NULL REFERENCES meetings ON DELETE CASCADE,
    seq INTEGER NOT NULL, trackId TEXT, chunkId TEXT, externalId TEXT, speaker TEXT,
    startMs INTEGER NOT NULL, endMs INTEGER NOT NULL, text TEXT NOT NULL, final INTEGER NOT NULL,
    edited INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX segmentsBySeq ON segments (meetingId, seq);
  CREATE UNIQUE INDEX segmentsByExternalId ON segments (trackId, externalId) WHERE externalId IS NOT NULL;
  CREATE INDEX segmentsByTime ON segments (meetingId, startMs, seq);
  CREATE INDEX segmentsOfChunk ON segments (chunkId) WHERE chunkId IS NOT NULL;

  CREATE VIRTUAL TABLE segmentText USING fts5(text, content='segments', content_rowid='rowid', tokenize='unicode61 remove_diacritics 2');
  CREATE TRIGGER segmentTextInsert AFTER INSERT ON segments WHEN new.deleted = 0 BEGIN
    INSERT INTO segmentText (rowid, text) VALUES (new.rowid, new.text);
  END;
  CREATE TRIGGER segmentTextDelete AFTER DELETE ON segments WHEN old.deleted = 0 BEGIN
    INSERT INTO segmentText (segmentText, rowid, text) VALUES ('delete', old.rowid, old.text);
  END;
  CREATE TRIGGER segmentTextUpdate AFTER UPDATE OF text, deleted ON segments
  WHEN old.text IS NOT new.text OR old.deleted IS NOT new.deleted BEGIN
    INSERT INTO segmentText (segmentText, rowid, text) SELECT 'delete', old.rowid, old.text WHERE old.deleted = 0;
    INSERT INTO segmentText (rowid, text) SELECT new.rowid, new.text WHERE new.deleted = 0;
  END;

  CREATE TABLE minutes (
    id TEXT PRIMARY KEY, meetingId TEXT NOT NULL REFERENCES meetings ON DELETE CASCADE, state TEXT NOT NULL,
    progress REAL NOT NULL DEFAULT 0, template TEXT NOT NULL, engine TEXT NOT NULL, fallbackReason TEXT,
    transcriptSeq INTEGER NOT NULL, body TEXT NOT NULL, error TEXT, createdAt INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX minutesOfMeeting ON minutes (meetingId, createdAt DESC);

  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // The next meeting's next chunk is one step down this index, however many wait.
  "CREATE INDEX waitingChunks ON chunks (meetingId, startMs, dueAt) WHERE state = 'waiting';",
  // Lists and searches go down one number, `ordinal`: a meeting's place in the order in which meetings were made. The
  // rowid of a segment begins with its meeting's ordinal (`segment-rowid.ts`), so that its full-text hits are one run.
  `
  ALTER TABLE meetings ADD COLUMN ordinal INTEGER;
  UPDATE meetings SET ordinal = ranked.place
    FROM (SELECT id AS meetingId, row_number() OVER (ORDER BY createdAt, id) AS place FROM meetings) AS ranked
    WHERE meetings.id = ranked.meetingId;
  CREATE UNIQUE INDEX meetingsByOrdinal ON meetings (ordinal);
  DROP INDEX meetingsByTime;
  DROP INDEX meetingsByState;
  DROP INDEX meetingsWithGaps;
  CREATE INDEX meetingsOfWorkspace ON meetings (workspaceId, ordinal);
  CREATE INDEX meetingsByState ON meetings (workspaceId, state, ordinal);
  CREATE INDEX meetingsWithGaps ON meetings (workspaceId, ordinal) WHERE hasGaps = 1;

  CREATE VIRTUAL TABLE meetingText USING fts5(
    title, people, day, content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2'
  );
  CREATE VIEW meetingTextSource AS
    WITH days AS (
      SELECT id, ordinal, title, people,
        strftime('%Y %m %d', createdAt / 1000, 'unixepoch', 'localtime') AS numbers,
        CAST(strftime('%d', createdAt / 1000, 'unixepoch', 'localtime') AS INTEGER) AS dayOfMonth,
        CAST(strftime('%m', createdAt / 1000, 'unixepoch', 'localtime') AS INTEGER) AS month,
        CAST(strftime('%w', createdAt / 1000, 'unixepoch', 'localtime') AS INTEGER) AS weekday
      FROM meetings
    ), names AS (
      SELECT *,
        substr('January  February March    April    May      June     July     August   SeptemberOctober  November December ', 9 * month - 8, 9) AS monthName,
        substr('Sunday   Monday   Tuesday  WednesdayThursday Friday   Saturday ', 9 * weekday + 1, 9) AS dayName
      FROM days
    )
    SELECT id, ordinal, title, people,
      concat_ws(' ', numbers, dayOfMonth, monthName, substr(monthName, 1, 3), dayName, substr(dayName, 1, 3)) AS day
    FROM names;
  INSERT INTO meetingText (rowid, title, people, day) SELECT ordinal, title, people, day FROM meetingTextSource;
  CREATE TRIGGER meetingInsert AFTER INSERT ON meetings BEGIN
    UPDATE meetings SET ordinal = (SELECT coalesce(max(ordinal), 0) + 1 FROM meetings) WHERE id = new.id AND ordinal IS NULL;
    INSERT INTO meetingText (rowid, title, people, day)
      SELECT ordinal, title, people, day FROM meetingTextSource WHERE id = new.id;
  END;
  CREATE TRIGGER meetingTextUpdate AFTER UPDATE OF title, people ON meetings
  WHEN old.title IS NOT new.title OR old.people IS NOT new.people BEGIN
    DELETE FROM meetingText WHERE rowid = old.ordinal;
    INSERT INTO meetingText (rowid, title, people, day)
      SELECT ordinal, title, people, day FROM meetingTextSource WHERE id = new.id;
  END;
  CREATE TRIGGER meetingTextDelete AFTER DELETE ON meetings BEGIN
    DELETE FROM meetingText WHERE rowid = old.ordinal;
  END;

  DROP TRIGGER segmentTextInsert;
  DROP TRIGGER segmentTextDelete;
  DROP TRIGGER segmentTextUpdate;
  DROP TABLE segmentText;
  UPDATE segments SET rowid = (SELECT ordinal FROM meetings WHERE meetings.id = segments.meetingId) * 16777216 + seq;
  UPDATE segments SET text = '', speaker = NULL WHERE deleted = 1;
  CREATE VIRTUAL TABLE segmentText USING fts5(
    text, content='segments', content_rowid='rowid', prefix='2 3', tokenize='unicode61 remove_diacritics 2'
  );
  INSERT INTO segmentText (rowid, text) SELECT rowid, text FROM segments WHERE deleted = 0;
  CREATE TRIGGER segmentTextInsert AFTER INSERT ON segments WHEN new.deleted = 0 BEGIN
    INSERT INTO segmentText (rowid, text) VALUES (new.rowid, new.text);
  END;
  CREATE TRIGGER segmentTextDelete AFTER DELETE ON segments WHEN old.deleted = 0 BEGIN
    INSERT INTO segmentText (segmentText, rowid, text) VALUES ('delete', old.rowid, old.text);
  END;
  CREATE TRIGGER segmentTextUpdate AFTER UPDATE OF text, deleted ON segments
  WHEN old.text IS NOT new.text OR old.deleted IS NOT new.deleted BEGIN
    INSERT INTO segmentText (segmentText, rowid, text) SELECT 'delete', old.rowid, old.text WHERE old.deleted = 0;
    INSERT INTO segmentText (rowid, text) SELECT new.rowid, new.text WHERE new.deleted = 0;
  END;
  DROP INDEX segmentsByTime;
  CREATE INDEX segmentsByTime ON segments (meetingId, startMs, deleted);

  CREATE TABLE speakerNames (
    meetingId TEXT NOT NULL REFERENCES meetings ON DELETE CASCADE, given TEXT NOT NULL, shown TEXT NOT NULL,
    PRIMARY KEY (meetingId, given)
  ) STRICT, WITHOUT ROWID;
  `,
  `CREATE TABLE losses (
    trackId TEXT NOT NULL REFERENCES tracks ON DELETE CASCADE, byteStart INTEGER NOT NULL, byteEnd INTEGER NOT NULL,
    PRIMARY KEY (trackId, byteStart)
  ) STRICT, WITHOUT ROWID;`,
  // A meeting's sums are read from the index alone.
  `
  DROP INDEX chunksOfMeeting;
  CREATE INDEX chunksOfMeeting ON chunks (meetingId, state, startMs, endMs);
  `,
  // Documents and what they say. A room's file, and the rows of rooms and embeddings, can be made anew from these.
  `
  CREATE TABLE documents (
    id TEXT PRIMARY KEY, meetingId TEXT NOT NULL REFERENCES meetings ON DELETE CASCADE, name TEXT NOT NULL, kind TEXT,
    bytes INTEGER NOT NULL, state TEXT NOT NULL, pages INTEGER, passages INTEGER NOT NULL, progressDone INTEGER NOT NULL,
    progressTotal INTEGER, leftOut TEXT, errorCode TEXT, errorMessage TEXT, createdAt INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX documentsOfMeeting ON documents (meetingId, createdAt);
  CREATE INDEX documentsUnderWay ON documents (createdAt) WHERE state IN ('waiting', 'parsing', 'embedding');

  CREATE TABLE passages (
    rowid INTEGER PRIMARY KEY, documentId TEXT NOT NULL REFERENCES documents ON DELETE CASCADE, meetingId TEXT NOT NULL,
    ordinal INTEGER NOT NULL, page INTEGER NOT NULL, heading TEXT NOT NULL, startAt INTEGER NOT NULL, endAt INTEGER NOT NULL,
    text TEXT NOT NULL, UNIQUE (documentId, ordinal)
  ) STRICT;
  CREATE INDEX passagesOfMeeting ON passages (meetingId);
  CREATE VIRTUAL TABLE passageText USING fts5(
    heading, text, content='passages', content_rowid='rowid', tokenize='porter unicode61 remove_diacritics 2'
  );
  CREATE TRIGGER passageTextInsert AFTER INSERT ON passages BEGIN
    INSERT INTO passageText (rowid, heading, text) VALUES (new.rowid, new.heading, new.text);
  END;
  CREATE TRIGGER passageTextDelete AFTER DELETE ON passages BEGIN
    INSERT INTO passageText (passageText, rowid, heading, text) VALUES ('delete', old.rowid, old.heading, old.text);
  END;

  CREATE TABLE embeddings (
    model TEXT NOT NULL, hash BLOB NOT NULL, vector BLOB NOT NULL, usedAt INTEGER NOT NULL, PRIMARY KEY (model, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX embeddingsByUse ON embeddings (usedAt);

  CREATE TABLE rooms (
    meetingId TEXT PRIMARY KEY REFERENCES meetings ON DELETE CASCADE, savedBytes INTEGER NOT NULL,
    passages INTEGER NOT NULL, model TEXT NOT NULL, transcriptSeq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
