import { createRequire } from 'node:module';
import type { MeetingDetail, Minutes, Segment } from '@hansard/protocol';
import * as fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { strFromU8, unzipSync } from 'fflate';
import { parse as parseSrt } from 'subsrt-ts';
import { describe, expect, test } from 'vitest';
import { ownerActor } from '../../identity/index.ts';
import { fileNameOf } from './file-name.ts';
import { createExports } from './index.ts';
import { escapeMarkdown } from './markdown.ts';
import { oneLine } from './source.ts';

interface VttNode {
  type: string;
  name?: string;
  value: string;
  children: VttNode[];
}
interface VttParser {
  parse(text: string): {
    cues: { startTime: number; endTime: number; text: string; tree: VttNode }[];
    errors: { message: string }[];
  };
}
interface MarkdownNode {
  type: string;
  literal: string | null;
  walker(): { next(): { entering: boolean; node: MarkdownNode } | null };
}
// Neither has types.
const require = createRequire(import.meta.url);
const { WebVTTParser } = require('webvtt-parser') as {
  WebVTTParser: new (entities: Record<string, string>) => VttParser;
};
/** The parser's own table lacks the semicolons. */
const vttEntities = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const { Parser: MarkdownParser } = require('commonmark') as { Parser: new () => { parse(text: string): MarkdownNode } };

const meeting: MeetingDetail = {
  id: 'm',
  title: 'Weekly',
  kind: 'general',
  state: 'done',
  createdAt: Date.UTC(2026, 10, 20, 12),
  startedAt: Date.UTC(2026, 10, 20, 12),
  endedAt: Date.UTC(2026, 10, 20, 13),
  durationMs: 3_900_000,
  people: ['Ana', 'Ben'],
  seq: 3,
  hasGaps: true,
  failedChunks: 1,
  openChunks: 0,
  tracks: [],
  ledger: {
    capturedMs: 0,
    durableMs: 0,
    transcribedMs: 0,
    gaps: [{ startMs: 5000, endMs: 25_000, reason: 'not-received', trackId: 't' }],
  },
  failures: [{ id: 'c', trackId: 't', startMs: 4_000_000, endMs: 4_012_000, message: 'The engine answered 500.' }],
  behindMs: null,
};

const minutes: Minutes = {
  id: 'n',
  meetingId: 'm',
  state: 'done',
  progress: 1,
  template: 'general',
  engine: 'local',
  fallbackReason: null,
  transcriptSeq: 3,
  createdAt: 0,
  error: null,
  summary: [{ text: 'The wall is moved.', segmentIds: [], stale: false }],
  actionItems: [{ text: 'Order stones', owner: 'Ben', due: 'Friday', segmentIds: [], stale: false }],
  decisions: [],
  openQuestions: [{ text: '1. Who pays?', segmentIds: [], stale: false }],
  topics: [{ text: 'Harbour', startMs: 0, endMs: 61_000, segmentIds: [], stale: false }],
};

function line(changes: Partial<Segment>): Segment {
  const made = {
    id: 's',
    seq: 1,
    meetingId: 'm',
    trackId: null,
    speaker: null,
    startMs: 0,
    endMs: 1000,
    text: 'words',
  };
  return { ...made, final: true, ...changes };
}

const lines = [
  line({ speaker: 'Ana', startMs: 250, endMs: 4000, text: 'We move the <b>wall</b>.' }),
  line({ speaker: 'Ben & co', startMs: 26_000, endMs: 26_000, text: 'a --> b\n\n2\n00:00:01.000 --> 00:00:02.000' }),
  line({ startMs: 3_661_005, endMs: 3_662_000, text: '{\\an8}Done *now*?' }),
];

async function* asRead(given: readonly Segment[]): AsyncGenerator<Segment> {
  yield* given;
}

async function exported(
  format: 'md' | 'txt' | 'json' | 'vtt' | 'srt' | 'docx',
  given: readonly Segment[] = lines,
  about: Partial<MeetingDetail> = {},
): Promise<Buffer> {
  const exportMeeting = createExports({
    getMeeting: () => Promise.resolve({ ...meeting, ...about }),
    readTranscript: () => asRead(given),
    latestMinutes: () => Promise.resolve(minutes),
  });
  const { body } = await exportMeeting(ownerActor, 'm', format);
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Names, words and marks of every format, and whatever else. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        '-->',
        '\n\n',
        '\r',
        '<v Eve>',
        '</v>',
        '<i>',
        '&amp;',
        '&',
        '# ',
        '- ',
        '1. ',
        '**',
        '`',
        '[a](b)',
        '> ',
        '00:00:01,000 --> 00:00:02,000',
        '{\\an8}',
        '\u0000',
        '\u2028',
        'word',
        ' ',
        '\\',
        '|',
        '~~',
        '===',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
);
const anyLines = fc
  .array(
    fc.record({
      speaker: fc.option(nasty.filter((name) => oneLine(name) !== '')),
      startMs: fc.nat(100_000_000),
      lengthMs: fc.nat(20_000),
      text: nasty,
    }),
    { maxLength: 6 },
  )
  .map((given) =>
    given
      .toSorted((a, b) => a.startMs - b.startMs)
      .map(({ lengthMs, ...rest }) => line({ ...rest, endMs: rest.startMs + lengthMs })),
  );
const spoken = (given: readonly Segment[]) => given.filter(({ text }) => oneLine(text) !== '');

/** As UTF-8 gives it back. */
const sent = (text: string) => text.toWellFormed();

/** The standard decodes a voice's name like text; this parser leaves it to its caller. */
const decoded = (name: string) =>
  name.replace(/&\w+;/g, (entity) => vttEntities[entity as keyof typeof vttEntities] ?? entity);

describe('WebVTT', () => {
  test('names voices, escapes text, and gives every cue a length', async () => {
    expect((await exported('vtt')).toString()).toBe(
      `WEBVTT

00:00:00.250 --> 00:00:04.000
<v Ana>We move the &lt;b&gt;wall&lt;/b&gt;.

00:00:26.000 --> 00:00:26.001
<v Ben &amp; co>a --&gt; b 2 00:00:01.000 --&gt; 00:00:02.000

01:01:01.005 --> 01:01:02.000
{\\an8}Done *now*?
`,
    );
  });

  test('is read by the W3C’s parser as it was said, whatever was said', async () => {
    await fc.assert(
      fc.asyncProperty(anyLines, async (given) => {
        const { cues, errors } = new WebVTTParser(vttEntities).parse((await exported('vtt', given)).toString());
        expect(errors).toEqual([]);
        const read = cues.map(({ startTime, tree }) => {
          const [voice] = tree.children.filter(({ type }) => type === 'object');
          const text = (voice ?? tree).children.map(({ value }) => value).join('');
          return { startMs: Math.round(startTime * 1000), speaker: voice ? decoded(voice.value) : null, text };
        });
        const expected = spoken(given).map(({ startMs, speaker, text }) => ({
          startMs,
          speaker: speaker === null ? null : sent(oneLine(speaker)),
          text: sent(oneLine(text)),
        }));
        // Of cues that begin at once, the parser puts the longest first.
        expect(new Set(read.map((cue) => JSON.stringify(cue)))).toEqual(
          new Set(expected.map((cue) => JSON.stringify(cue))),
        );
        expect(read.map(({ startMs }) => startMs)).toEqual(expected.map(({ startMs }) => startMs));
      }),
    );
  });
});

describe('SubRip', () => {
  test('numbers its cues and names speakers', async () => {
    const text = (await exported('srt')).toString().replaceAll('\u2060', '');
    expect(text).toBe(
      `1
00:00:00,250 --> 00:00:04,000
Ana: We move the <b>wall</b>.

2
00:00:26,000 --> 00:00:26,001
Ben & co: a --> b 2 00:00:01.000 --> 00:00:02.000

3
01:01:01,005 --> 01:01:02,000
{\\an8}Done *now*?

`,
    );
  });

  test('is read by another’s parser cue by cue, whatever was said', async () => {
    await fc.assert(
      fc.asyncProperty(anyLines, async (given) => {
        const text = (await exported('srt', given)).toString();
        const cues = parseSrt(text, { format: 'srt' }).filter(({ type }) => type === 'caption') as {
          start: number;
          end: number;
          content: string;
        }[];
        expect(cues.map(({ start }) => start)).toEqual(spoken(given).map(({ startMs }) => startMs));
        expect(cues.every(({ start, end }) => end > start)).toBe(true);
        const visible = cues.map(({ content }) => content.replaceAll('\u2060', ''));
        expect(visible.map(oneLine)).toEqual(
          spoken(given).map(({ speaker, text }) =>
            sent(oneLine(speaker === null ? text : `${oneLine(speaker)}: ${oneLine(text)}`)).replaceAll('\u2060', ''),
          ),
        );
        expect(text).not.toMatch(/<[a-z/]/i);
      }),
    );
  });
});

describe('Markdown', () => {
  test('holds the minutes, the lines, and what is missing at its time', async () => {
    expect((await exported('md')).toString()).toBe(
      `# Weekly

20 November 2026 at ${new Date(meeting.startedAt).toTimeString().slice(0, 5)} · 1 h 05 min · Ana, Ben

## Summary

- The wall is moved.

## Action items

- Order stones (Ben, due Friday)

## Open questions

- 1\\. Who pays?

## Topics

- 0:00–1:01 Harbour

## Transcript

**0:00 Ana:** We move the \\<b\\>wall\\</b\\>.

> 0:05–0:25: 20 s not received

**0:26 Ben \\& co:** a --\\> b 2 00:00:01.000 --\\> 00:00:02.000

**1:01:01** {\\\\an8}Done \\*now\\*?

> 1:06:40–1:06:52: 12 s recorded, but not transcribed
`,
    );
  });

  test.each(['', '- ', '# ', '> '])('behind %j any text is shown as it is', (prefix) => {
    fc.assert(
      fc.property(nasty, (text) => {
        const walker = new MarkdownParser().parse(`${prefix}${escapeMarkdown(text)}`).walker();
        const kinds = new Set<string>();
        let shown = '';
        for (let step = walker.next(); step; step = walker.next()) {
          kinds.add(step.node.type);
          if (step.entering) shown += step.node.literal ?? '';
        }
        expect(shown.trim()).toBe(oneLine(text).replaceAll('\0', '\ufffd'));
        expect([...kinds]).toEqual(
          [...kinds].filter((kind) =>
            ['document', 'paragraph', 'text', 'list', 'item', 'heading', 'block_quote'].includes(kind),
          ),
        );
      }),
    );
  });
});

test('plain text has a line for each line, and for what is missing', async () => {
  const text = (await exported('txt')).toString().split('\n').slice(3);
  expect(text).toEqual([
    '[0:00] Ana: We move the <b>wall</b>.',
    '--- 0:05–0:25: 20 s not received ---',
    '[0:26] Ben & co: a --> b 2 00:00:01.000 --> 00:00:02.000',
    '[1:01:01] {\\an8}Done *now*?',
    '--- 1:06:40–1:06:52: 12 s recorded, but not transcribed ---',
    '',
  ]);
});

test('JSON holds the meeting, its minutes and its lines as they are', async () => {
  await fc.assert(
    fc.asyncProperty(anyLines, async (given) => {
      const read: unknown = JSON.parse((await exported('json', given)).toString());
      expect(read).toEqual({ meeting, minutes, segments: given });
    }),
    { numRuns: 30 },
  );
});

describe('Word', () => {
  const paragraphsOf = (file: Uint8Array): string[] => {
    const xml = strFromU8(unzipSync(file)['word/document.xml']!);
    expect(XMLValidator.validate(xml)).toBe(true);
    // eslint-disable-next-line no-control-regex
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    const parser = new XMLParser({
      isArray: (name) => ['w:p', 'w:r'].includes(name),
      trimValues: false,
      parseTagValue: false,
    });
    const body = parser.parse(xml)['w:document']['w:body'] as { 'w:p': { 'w:r'?: { 'w:t'?: unknown }[] }[] };
    const textOf = (run: { 'w:t'?: unknown }) => {
      const text = run['w:t'] as string | { '#text'?: string } | undefined;
      return typeof text === 'object' ? (text['#text'] ?? '') : (text ?? '');
    };
    return body['w:p'].map((paragraph) => (paragraph['w:r'] ?? []).map(textOf).join(''));
  };

  test('holds the minutes, the lines and what is missing', async () => {
    const paragraphs = paragraphsOf(await exported('docx'));
    expect(paragraphs.slice(2)).toEqual([
      'Summary',
      'The wall is moved.',
      'Action items',
      'Order stones (Ben, due Friday)',
      'Open questions',
      '1. Who pays?',
      'Topics',
      '0:00–1:01 Harbour',
      'Transcript',
      '0:00 Ana  We move the <b>wall</b>.',
      '0:05–0:25: 20 s not received',
      '0:26 Ben & co  a --> b 2 00:00:01.000 --> 00:00:02.000',
      '1:01:01  {\\an8}Done *now*?',
      '1:06:40–1:06:52: 12 s recorded, but not transcribed',
    ]);
  });

  test('takes characters that XML has no place for', async () => {
    const [first] = paragraphsOf(
      await exported('docx', [line({ text: 'a\u0001b\ufffe\ud800' })], { title: 'T\u0007itle' }),
    );
    expect(first).toBe('T itle');
  });

  test('of a transcript without end is refused, not attempted', async () => {
    const given = Array.from({ length: 10_001 }, () => line({}));
    await expect(exported('docx', given)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});

test('a long transcript is read no faster than it is sent', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<Segment> {
    for (; ; read += 1) yield line({ startMs: read, text: 'word '.repeat(100) });
  }
  const exportMeeting = createExports({
    getMeeting: () => Promise.resolve(meeting),
    readTranscript: endless,
    latestMinutes: () => Promise.resolve(null),
  });
  const { body } = await exportMeeting(ownerActor, 'm', 'vtt');
  const pieces = body[Symbol.asyncIterator]();
  for (let count = 0; count < 3; count += 1) await pieces.next();
  expect(read).toBeLessThan(150);
  await pieces.return?.();
});

test('file names hold the title and the day, and nothing that a file system refuses', () => {
  const startedAt = Date.UTC(2026, 10, 20, 12);
  expect(fileNameOf({ title: 'Büro: Q4/Q1 "plan"?', startedAt }, 'md')).toBe('Büro Q4 Q1 plan 2026-11-20.md');
  expect(fileNameOf({ title: '../..', startedAt }, 'txt')).toBe('.. 2026-11-20.txt');
  expect(fileNameOf({ title: '\n', startedAt }, 'srt')).toBe('Meeting 2026-11-20.srt');
});
