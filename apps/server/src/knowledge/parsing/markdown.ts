import { Lexer, type Token, type Tokens } from 'marked';
import { decodeText } from './decode.ts';
import { unreadable } from './failure.ts';
import { parsingLimits } from './limits.ts';
import type { DocumentReader } from './reader.ts';
import { textTooLong } from './text.ts';

/** The lexer's tokens take many times their text: a long file is given to it in such pieces. */
const pieceLength = 65_536;

/** Markdown. Its text is its source, as written to be read; headings lose their marks. */
export const readMarkdown: DocumentReader = async (file, sink) => {
  const text = decodeText(file);
  if (text === null) throw unreadable('The file is no text to its end.');
  if (text.length > parsingLimits.maxTextLength) throw textTooLong();
  for (const piece of piecesOf(text.replace(/^\uFEFF?---\n[\s\S]*?\n---\n/, ''))) {
    for (const token of new Lexer().blockTokens(piece)) {
      if (token.type === 'heading')
        sink.heading((token as Tokens.Heading).depth, plain((token as Tokens.Heading).text), 0);
      else if (token.type !== 'space' && !isMarkupAlone(token)) sink.paragraph(token.raw, 0);
    }
  }
  return { pages: null, pagesLeftOut: 0 };
};

/** Cut before a heading that is in no block of code. */
function* piecesOf(text: string): Generator<string> {
  let from = 0;
  let fence: string | null = null;
  for (const { 0: line, index } of text.matchAll(/^[^\n]*\n?/gm)) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1] ?? null;
    if (mark !== null) fence = fence === null ? mark : fence === mark ? null : fence;
    else if (fence === null && index - from >= pieceLength && line.startsWith('#')) {
      yield text.slice(from, index);
      from = index;
    }
  }
  yield text.slice(from);
}

function plain(heading: string): string {
  return flat(Lexer.lexInline(heading));
}

function flat(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'html') return '';
      return 'tokens' in token && token.tokens ? flat(token.tokens) : 'text' in token ? token.text : token.raw;
    })
    .join('');
}

function isMarkupAlone(token: Token): boolean {
  return token.type === 'html' && !/[\p{L}\p{N}]/u.test(token.raw.replaceAll(/<!--[\s\S]*?-->|<[^>]*>/g, ''));
}
