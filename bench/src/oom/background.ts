import { createVocabulary } from '../list/vocabulary.ts';
import { seededRandom } from '../kill/random.ts';
import type { Ask, HttpClient } from './http-client.ts';
import { linesPerPost, transcriptPost, type History } from './prepare.ts';
import type { Tally } from './tally.ts';

export interface BackgroundOptions {
  http: HttpClient;
  tally: Tally;
  history: History;
  /** Requests a second that are wanted, as of now. */
  rate: () => number;
  /** Requests that are to have been sent until now, whatever the rate: those that are missing are made up for. */
  least: () => number;
  /** Requests that are without an answer at once, at the most, as of now: beyond, none is sent. */
  maxOutstanding: () => number;
}

export interface Background {
  /** Requests that were due by the rate while too many were without an answer, and are not made up for. */
  readonly unsent: number;
  stop(): void;
}

const tickMs = 50;
/** Posts of one big import, then its minutes and its end. */
const postsPerImport = 4;
const wordsPerLine = 60;
/** What a client on a phone reads in a second. */
const slowBytesPerSecond = 64 * 1024;
const slowShare = 0.5;

/** Requests that can wait, sent whether or not the earlier ones were answered: people don't ask each other. */
export function startBackground(options: BackgroundOptions): Background {
  const { http, tally, history, rate, least, maxOutstanding } = options;
  const random = seededRandom(2);
  const { sentence } = createVocabulary(seededRandom(1));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const anyMeeting = () => `/api/v1/meetings/${pick(history.meetingIds)}`;
  let isStopped = false;
  const pace = () => (random() < slowShare ? { readBytesPerSecond: slowBytesPerSecond } : {});
  // Making them anew for each import would load the generator more than the server.
  const bodies = Array.from({ length: postsPerImport }, (_, post) =>
    transcriptPost(post * linesPerPost, linesPerPost, () => sentence(wordsPerLine)),
  );

  async function one(name: string, ask: Ask): Promise<string | null> {
    if (isStopped) return null;
    const settle = tally.begin(name);
    const { outcome, text } = await http.ask(ask);
    settle(outcome);
    return outcome === 'served' ? text : null;
  }

  /** A long meeting from elsewhere: its lines, its minutes, its end. */
  async function bringIn(): Promise<void> {
    const made = await one('new meeting', { method: 'POST', path: '/api/v1/meetings', body: '{}', keepText: true });
    if (made === null) return;
    const path = `/api/v1/meetings/${(JSON.parse(made) as { id: string }).id}`;
    for (const body of bodies) await one('import', { method: 'POST', path: `${path}/segments`, body });
    await one('minutes', { method: 'POST', path: `${path}/minutes`, body: '{}' });
    await one('end of import', { method: 'POST', path: `${path}/end` });
  }

  /** How often of 100, and what is asked then. */
  const kinds: readonly [share: number, ask: () => Promise<unknown>][] = [
    [25, () => one('list', { path: '/api/v1/meetings?limit=50' })],
    [15, () => one('search', { path: `/api/v1/meetings?q=${pick(history.words)}` })],
    [15, () => one('meeting', { path: anyMeeting() })],
    [25, () => one('lines', { path: `${anyMeeting()}/segments?limit=500`, ...pace() })],
    [
      5,
      () => one('export', { path: `${anyMeeting()}/export?format=${pick(['docx', 'json', 'json', 'md'])}`, ...pace() }),
    ],
    [5, () => one('audio', { path: `/api/v1/meetings/${pick(history.withAudio)}/audio`, ...pace() })],
    [5, () => one('minutes', { method: 'POST', path: `${anyMeeting()}/minutes`, body: '{"fresh":true}' })],
    [5, bringIn],
  ];
  const wheel = kinds.flatMap(([share, ask]) => Array.from({ length: share }, () => ask));

  let unsent = 0;
  let due = 0;
  let lastAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    due += (rate() * (now - lastAt)) / 1000;
    lastAt = now;
    while (tally.begun < Math.floor(Math.max(due - unsent, least()))) {
      if (tally.outstanding >= maxOutstanding()) {
        unsent = Math.max(unsent, due - tally.begun);
        break;
      }
      void pick(wheel)();
    }
  }, tickMs);

  return {
    get unsent() {
      return Math.round(unsent);
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
