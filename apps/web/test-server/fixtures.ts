import type { EngineStatus, Ledger, Meeting, MeetingDetail, Minutes, Segment, Track } from '@hansard/protocol';

/** Speakers by their part in the meeting: fixtures name no persons. */
const speakers = ['Chair', 'Treasurer', 'Secretary', null] as const;
const sentences = [
  'Good morning, let us begin with the budget for the next quarter.',
  'The figures arrived late last night, so I have only looked at the first three pages.',
  'That is fine.',
  'What matters today is whether we can move the release by two weeks without renting the second hall, because the owner wants an answer by Friday.',
  'I would rather keep the date and leave the export out.',
  'Agreed. Then the export goes to the next release, and I will tell the customers this afternoon.',
  'Is there anything else that blocks us?',
  'The microphones in the small room. Somebody should look at the cable before Thursday, since the last recording had a hum on it that made half of the words hard to understand.',
];

export const now = Date.UTC(2026, 2, 4, 10, 30);
const dayMs = 86_400_000;

export function makeMeeting(number: number, change: Partial<Meeting> = {}): Meeting {
  const titles = [
    'Quarterly budget',
    'Release planning',
    'Weekly stand-up',
    'Interview, second round',
    'Customer call',
  ];
  return {
    id: `m${number}`,
    title: `${titles[number % titles.length]} ${number}`,
    kind: 'meeting',
    state: 'done',
    createdAt: now - number * 0.37 * dayMs,
    startedAt: now - number * 0.37 * dayMs,
    endedAt: now - number * 0.37 * dayMs + 2_520_000,
    durationMs: 60_000 * (4 + ((number * 7) % 55)),
    people: speakers.slice(0, 1 + (number % 3)).filter((name) => name !== null),
    seq: 120,
    hasGaps: number % 11 === 4,
    failedChunks: 0,
    openChunks: 0,
    ...change,
  };
}

export function makeSegments(meetingId: string, count: number): Segment[] {
  let atMs = 800;
  return Array.from({ length: count }, (_, index) => {
    const text = sentences[index % sentences.length] ?? '';
    const lengthMs = 900 + text.length * 55;
    const segment: Segment = {
      id: `${meetingId}-s${index}`,
      seq: index + 1,
      meetingId,
      trackId: `${meetingId}-t0`,
      speaker: speakers[Math.floor(index / 3) % speakers.length]!,
      startMs: atMs,
      endMs: atMs + lengthMs,
      text,
      final: true,
      ...(index === 5 && { edited: true }),
    };
    atMs += lengthMs + 400;
    return segment;
  });
}

export function makeTrack(meetingId: string, number: number, change: Partial<Track> = {}): Track {
  return {
    id: `${meetingId}-t${number}`,
    kind: 'microphone',
    mimeType: 'audio/webm;codecs=opus',
    participant: null,
    offsetMs: 0,
    continues: null,
    state: 'closed',
    durable: 1_400_000,
    length: 1_400_000,
    capturedMs: 350_000,
    durableMs: 350_000,
    ...change,
  };
}

export function makeDetail(meeting: Meeting, change: Partial<MeetingDetail> = {}): MeetingDetail {
  const ledger: Ledger = {
    capturedMs: meeting.durationMs,
    durableMs: meeting.durationMs,
    transcribedMs: meeting.durationMs,
    gaps: [],
  };
  return { ...meeting, tracks: [makeTrack(meeting.id, 0)], ledger, failures: [], behindMs: null, ...change };
}

export function makeMinutes(meetingId: string, change: Partial<Minutes> = {}): Minutes {
  const cite = (...lines: number[]) => ({ segmentIds: lines.map((line) => `${meetingId}-s${line}`), stale: false });
  return {
    id: 'minutes-1',
    meetingId,
    state: 'done',
    progress: 1,
    template: 'meeting',
    engine: 'local',
    fallbackReason: null,
    transcriptSeq: 120,
    createdAt: now,
    error: null,
    summary: [
      { text: 'The budget for the next quarter was looked at in part, since the figures arrived late.', ...cite(0, 1) },
      { text: 'The release keeps its date; the export is left out of it.', ...cite(3, 4, 5, 6) },
    ],
    actionItems: [
      { text: 'Tell the customers that the export moves.', owner: 'Secretary', due: 'this afternoon', ...cite(5) },
      { text: 'Look at the cable in the small room.', owner: null, due: 'Thursday', ...cite(7), stale: true },
    ],
    decisions: [{ text: 'The export goes to the next release.', ...cite(5) }],
    openQuestions: [{ text: 'Is there anything else that blocks us?', ...cite(6) }],
    topics: [{ text: 'Budget and release', startMs: 800, endMs: 42_000, ...cite(0) }],
    ...change,
  };
}

export const engines: EngineStatus[] = [
  {
    name: 'PocketSphinx',
    task: 'transcribe',
    kind: 'local',
    active: true,
    state: 'ready',
    resumesAt: null,
    detail: 'Found on this machine; no other engine is configured.',
    concurrency: 3,
    progress: null,
    caveat: 'PocketSphinx is a stopgap: on real voices it gets about four words in ten wrong.',
  },
  {
    name: 'Groq',
    task: 'transcribe',
    kind: 'cloud',
    active: false,
    state: 'missing',
    resumesAt: null,
    detail: 'Start with GROQ_API_KEY=… to use it.',
    concurrency: 0,
    progress: null,
    caveat: null,
  },
  {
    name: 'local',
    task: 'minutes',
    kind: 'local',
    active: true,
    state: 'ready',
    resumesAt: null,
    detail: 'Always there; needs no model.',
    concurrency: 1,
    progress: null,
    caveat: null,
  },
];
