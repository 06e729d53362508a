import { Parser } from 'htmlparser2';
import type { TextSink } from '../passages/index.ts';
import { decodeText } from './decode.ts';
import { unreadable } from './failure.ts';
import { parsingLimits } from './limits.ts';
import type { DocumentReader } from './reader.ts';
import { textTooLong } from './text.ts';

const feedLength = 65_536;
const skipped = new Set(
  'script style nav template noscript svg math iframe object select button textarea form canvas audio video'.split(' '),
);
const inline = new Set(
  'a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);

/** HTML: what a reader sees of it, without scripts, styles and navigation. */
export const readHtml: DocumentReader = async (file, sink) => {
  const text = decodeText(file, declaredCharset(file));
  if (text === null) throw unreadable('The file is no text to its end.');
  const handler = createHandler(sink);
  const parser = new Parser(handler);
  for (let from = 0; from < text.length; from += feedLength) {
    parser.write(text.slice(from, from + feedLength));
    if (sink.length > parsingLimits.maxTextLength) throw textTooLong();
  }
  parser.end();
  return { pages: null, pagesLeftOut: 0 };
};

function declaredCharset(file: Buffer): string | undefined {
  return /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(file.toString('latin1', 0, 4096))?.[1];
}

function createHandler(sink: TextSink) {
  let text = '';
  let depth = 0;
  /** Depth of the element that is left out with all in it; 0 in none. */
  let skippedAt = 0;
  let preformatted = 0;

  const flush = () => {
    const lines = text.split('\n').map((line) => line.trimEnd());
    sink.paragraph(preformatted > 0 ? lines.join('\n') : lines.map((line) => line.trimStart()).join('\n'), 0);
    text = '';
  };

  return {
    onopentag(name: string, attributes: Record<string, string>) {
      depth += 1;
      if (depth > parsingLimits.maxDepth) throw unreadable('Its elements are nested too deep to be read.');
      if (skippedAt > 0) return;
      if (skipped.has(name) || isHidden(attributes)) skippedAt = depth;
      else if (name === 'br') text += '\n';
      else if (name === 'td' || name === 'th') text += text === '' ? '' : '\t';
      else if (!inline.has(name)) flush();
      if (name === 'pre') preformatted += 1;
    },
    onclosetag(name: string) {
      const closed = depth;
      depth -= 1;
      if (skippedAt > 0) {
        if (closed === skippedAt) skippedAt = 0;
        return;
      }
      const level = name === 'title' ? 0 : Number(/^h([1-6])$/.exec(name)?.[1] ?? Number.NaN);
      if (!Number.isNaN(level)) {
        // The sign is a link of the heading to itself.
        sink.heading(level, text.replace(/\s*[¶§]\s*$/, ''), 0);
        text = '';
      } else if (name !== 'td' && name !== 'th' && name !== 'br' && !inline.has(name)) flush();
      if (name === 'pre') preformatted -= 1;
    },
    ontext(data: string) {
      if (skippedAt > 0) return;
      if (preformatted > 0) text += data;
      else {
        const words = data.replaceAll(/\s+/g, ' ');
        text += /\s$/.test(text) || text === '' ? words.trimStart() : words;
      }
      if (text.length > parsingLimits.maxPageTextLength) flush();
    },
    onend: flush,
  };
}

function isHidden(attributes: Record<string, string>): boolean {
  return 'hidden' in attributes || attributes['aria-hidden'] === 'true' || attributes['role'] === 'navigation';
}
