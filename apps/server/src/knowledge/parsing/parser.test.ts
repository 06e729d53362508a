import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createParser, type ParserOptions } from './index.ts';
import { docxParagraph, docxParts, pptxParts, zipOf } from './test-office.ts';
import { textPdf } from './test-pdf.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hansard-parser-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function parse(content: Buffer | string, options: ParserOptions = {}, signal = new AbortController().signal) {
  const file = join(folder, String((files += 1)));
  await writeFile(file, content);
  const progress: { done: number; total: number | null }[] = [];
  const document = await createParser(options)(file, { signal, onProgress: (step) => progress.push(step) });
  return { ...document, progress, shown: document.passages.map(({ page, heading, text }) => [page, heading, text]) };
}

const body = (text: string, size = 10) => ({ text, size });

describe('PDF', () => {
  test('pages, headings by their size, words made whole, headers and footers left out', async () => {
    const watches = ['first', 'middle', 'dog', 'morning', 'forenoon', 'last'];
    const pages = watches.map((watch, index) => [
      { text: `Harbour office, ${index + 1} of 6`, size: 8, y: 760 },
      ...(index === 0
        ? [
            { text: 'Pumps', size: 20, y: 700 },
            { text: 'Both of them', size: 14, y: 660 },
          ]
        : [body(`Of the ${watch} watch:`)]),
      { text: `Its pump is check-`, y: 600 },
      body(`ed before the ${watch} watch begins.`),
      body(`The ${watch} report is signed by two.`),
      { text: 'Confidential', size: 8, y: 30 },
    ]);
    const { kind, pages: count, pagesLeftOut, shown, progress } = await parse(textPdf(pages));
    expect({ kind, count, pagesLeftOut }).toEqual({ kind: 'pdf', count: 6, pagesLeftOut: 0 });
    expect(shown[0]).toEqual([
      1,
      'Pumps › Both of them',
      'Its pump is checked before the first watch begins. The first report is signed by two.',
    ]);
    expect(shown.map(([page]) => page)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(shown.some(([, , text]) => /Harbour office|Confidential/.test(String(text)))).toBe(false);
    expect(progress.at(-1)).toEqual({ done: 6, total: 6 });
  });

  test('pages that are all alike keep their lines', async () => {
    const { shown } = await parse(textPdf(Array.from({ length: 5 }, () => [body('Signed by two.')])));
    expect(shown).toHaveLength(5);
  });
});

describe('Word', () => {
  test('headings of styles, their own or inherited, under names of any language; tables by rows; footnotes', async () => {
    const document = [
      docxParagraph('Harbour rules', 'Titel'),
      docxParagraph('1 Pumps ..... 7', 'Verzeichnis1'),
      docxParagraph('Pumps', 'berschrift1'),
      docxParagraph('They are checked.'),
      docxParagraph('Second pump', 'Eigen'),
      `<w:tbl><w:tr><w:tc>${docxParagraph('Watch')}</w:tc><w:tc>${docxParagraph('Signed')}${docxParagraph('by')}</w:tc></w:tr></w:tbl>`,
      '<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Late</w:t><w:tab/><w:t>watch</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>',
    ].join('');
    const footnotes = `<?xml version="1.0"?><w:footnotes xmlns:w="w">${docxParagraph('By the &lt;master&gt;.')}</w:footnotes>`;
    const { kind, pages, shown } = await parse(zipOf(docxParts(document, { 'word/footnotes.xml': footnotes })));
    expect({ kind, pages }).toEqual({ kind: 'docx', pages: null });
    expect(shown).toEqual([
      [0, 'Harbour rules › Pumps', 'They are checked.'],
      [0, 'Harbour rules › Pumps › Second pump', 'Watch\tSigned by\nLate\twatch'],
      [0, '', 'By the <master>.'],
    ]);
  });
});

describe('PowerPoint', () => {
  test('slides in the order they are shown, each a page under its title, with its notes', async () => {
    const slides = [
      { title: 'Pumps', body: ['Checked', 'Signed'], notes: 'Say who signs.' },
      { body: ['No title here'] },
      { title: 'Questions', body: [] },
    ];
    const { kind, pages, shown } = await parse(zipOf(pptxParts(slides)));
    expect({ kind, pages }).toEqual({ kind: 'pptx', pages: 3 });
    expect(shown).toEqual([
      [1, 'Pumps', 'Checked\nSigned\nSay who signs.'],
      [2, '', 'No title here'],
      [3, 'Questions', 'Questions'],
    ]);
  });
});

describe('text', () => {
  test('HTML: what a reader sees', async () => {
    const { kind, shown } = await parse(
      `<!doctype html><html><head><title>Harbour</title><style>p{}</style></head><body><nav>Home</nav><h1>Harbour</h1>
      <h2>Pumps <a>¶</a></h2><p>They are <b>check</b>ed
      &amp; signed.</p><table><tr><td>Watch</td><td>Two</td></tr></table><script>alert(1)</script><pre>a\n  b</pre></body></html>`,
    );
    expect(kind).toBe('html');
    expect(shown).toEqual([[0, 'Harbour › Pumps', 'They are checked & signed.\nWatch\tTwo\na\n  b']]);
  });

  test('Markdown: its source under its headings, not those in code', async () => {
    const { kind, shown } = await parse(
      '---\ntitle: x\n---\n# Harbour `office`\n\nBoth **pumps** run.\n\n```sh\n# no heading\n```\n\nSecond\n------\n\n<!-- no -->\n- one\n- two\n',
    );
    expect(kind).toBe('markdown');
    expect(shown).toEqual([
      [0, 'Harbour office', 'Both **pumps** run.\n\n```sh\n# no heading\n```'.replace('\n\n', '\n')],
      [0, 'Harbour office › Second', '- one\n- two'],
    ]);
  });

  test.each([
    ['UTF-8', Buffer.from('1. Scope\n\nThe pumps of Malmö.\n')],
    [
      'UTF-16 with its mark',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('1. Scope\r\n\r\nThe pumps of Malmö.\r\n', 'utf16le')]),
    ],
    ['Latin-1', Buffer.from('1. Scope\n\nThe pumps of Malmö.\n', 'latin1')],
  ])('plain text in %s', async (_, content) => {
    const { kind, shown } = await parse(content);
    expect({ kind, shown }).toEqual({ kind: 'text', shown: [[0, '1. Scope', 'The pumps of Malmö.']] });
  });
});

describe('the process', () => {
  const long = Buffer.from('The pump is checked before each watch. '.repeat(100_000));

  test('more than 500 passages: a choice, and how many there were', async () => {
    const { passages, found } = await parse(long);
    expect(passages).toHaveLength(500);
    expect(found).toBeGreaterThan(5000);
    expect(passages.at(-1)!.end).toBeGreaterThan(long.length * 0.99);
  });

  test('a signal ends it at once, with its reason', async () => {
    const children: number[] = [];
    const cancelled = new AbortController();
    const read = parse(
      long,
      { onChild: (pid) => (children.push(pid), cancelled.abort(new Error('cancelled'))) },
      cancelled.signal,
    );
    await expect(read).rejects.toThrow('cancelled');
    expect(() => process.kill(children[0]!, 0)).toThrow('ESRCH');
    await expect(parse('text', {}, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });

  test('its deadline, its memory and its output are bounded', async () => {
    await expect(parse(long, { deadlineMs: 1 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(parse(long, { heapMb: 8 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(parse(long, { maxOutputBytes: 1000 })).rejects.toMatchObject({ code: 'UNREADABLE' });
  });

  test('one that dies as it starts is an error, every time', { timeout: 60_000 }, async () => {
    for (let times = 0; times < 10; times += 1) {
      await expect(parse('text', { dataMb: 1 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    }
  });

  test('a file that is not there is an error of the disk', async () => {
    const missing = createParser()(join(folder, 'missing'), {
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
