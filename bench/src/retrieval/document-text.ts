import { extname } from 'node:path';
import { extractText, getDocumentProxy } from 'unpdf';

/**
 * The text of a document of the judge's data, read without any code of the server that it judges.
 * @param name its file name: the extension says its kind
 * @param bytes the file
 * @returns one string per page of a PDF, in order; one string in all for the other kinds. Whitespace is collapsed.
 * @throws Error on a kind that the data does not have
 */
export async function documentText(name: string, bytes: Uint8Array): Promise<string[]> {
  return (await pagesOf(name, bytes)).map(collapse);
}

/** Single spaces for any run of whitespace, none at the ends: the form in which spans are compared. */
export function collapse(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

async function pagesOf(name: string, bytes: Uint8Array): Promise<string[]> {
  switch (extname(name)) {
    case '.pdf':
      return (await extractText(await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }))).text;
    case '.html':
      return [withoutTags(new TextDecoder().decode(bytes))];
    case '.md':
    case '.txt':
      return [new TextDecoder().decode(bytes)];
    default:
      throw new Error(`No document of the judge's data is of this kind: ${name}`);
  }
}

const INLINE = /<\/?(?:a|abbr|b|big|code|em|font|i|q|s|small|span|strong|sub|sup|tt|u|var)\b[^>]*>/gi;

function withoutTags(html: string): string {
  const shown = html.replaceAll(/<!--.*?-->|<(script|style|title)\b.*?<\/\1>/gis, ' ');
  return decoded(shown.replaceAll(INLINE, '').replaceAll(/<[^>]*>/g, ' '));
}

const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return NAMED.get(name) ?? whole;
  });
}
