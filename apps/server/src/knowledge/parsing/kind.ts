import type { DocumentKind } from '@hansard/protocol';
import { decodeText } from './decode.ts';
import { unreadable, unsupported } from './failure.ts';
import { tellOfficeKind } from './office/office-kind.ts';

/** Readers of PDF look for its mark so far into the file. */
const pdfMarkWithin = 1024;
const shapeLength = 65_536;

const otherKinds: [name: string, mark: string][] = [
  ['a picture', '\x89PNG'],
  ['a picture', 'GIF8'],
  ['a picture', '\xFF\xD8\xFF'],
  ['an RTF file', '{\\rtf'],
  ['a PostScript file', '%!PS'],
  ['an archive', '\x1F\x8B'],
  ['an archive', '7z\xBC\xAF\x27\x1C'],
  ['an archive', 'Rar!'],
  ['a sound file', 'ID3'],
  ['a sound file', 'OggS'],
  ['a sound or video file', 'RIFF'],
  ['a video file', '\x1A\x45\xDF\xA3'],
  ['a program', '\x7FELF'],
  ['a program', 'MZ\x90'],
];
const oldOfficeMark = '\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1';
const readKinds = 'PDF, Word (.docx), PowerPoint (.pptx), HTML, Markdown and plain text can be read';

/** What a file is by its content; its name is never looked at. Throws `ParseFailure` where it is nothing that can be read. */
export async function tellKind(file: Buffer): Promise<DocumentKind> {
  if (file.length === 0) throw unreadable('The file is empty.');
  const head = file.toString('latin1', 0, pdfMarkWithin);
  if (head.includes('%PDF-')) return 'pdf';
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return tellOfficeKind(file);
  if (head.startsWith(oldOfficeMark)) throw oldOffice(file);
  const other = otherKinds.find(([, mark]) => head.startsWith(mark));
  if (other) throw unsupported(`This is ${other[0]}; ${readKinds}.`);
  return tellTextKind(file);
}

/** An encrypted .docx is a container of the old kind as well. */
function oldOffice(file: Buffer) {
  if (file.includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
    return unreadable('The file is protected by a password; save it without one.');
  }
  return unsupported('This is a file of an old Office; save it as .docx or .pptx.');
}

function tellTextKind(file: Buffer): DocumentKind {
  const text = decodeText(file.subarray(0, shapeLength));
  if (text === null) throw unsupported(`This is no text; ${readKinds}.`);
  if (text.trim() === '') throw unreadable('The file has no text.');
  if (hasHtmlShape(text)) return 'html';
  if (/^\s*<\?xml\b/i.test(text)) throw unsupported(`This is XML of another kind; ${readKinds}.`);
  return hasMarkdownShape(text) ? 'markdown' : 'text';
}

function hasHtmlShape(text: string): boolean {
  const start = text
    .slice(0, 4096)
    .replaceAll(/<!--[\s\S]*?(?:-->|$)|<\?xml[^>]*>/g, '')
    .trimStart()
    .toLowerCase();
  if (/^<!doctype\s+html|^<(?:html|head|body)\b/.test(start)) return true;
  const tags = text.match(/<\/(?:p|div|td|li|h[1-6]|span|a|table|ul|title)>/gi)?.length ?? 0;
  return (
    start.startsWith('<') &&
    /^<(?:p|div|table|h[1-6]|title|meta|ul|ol|section|article)\b/.test(start) &&
    tags >= 3 &&
    !hasMarkdownShape(text)
  );
}

/** Headings with empty lines around them (not the comments of a program), blocks of code, links, tables. */
const markdownSigns = [
  /(?:^|\n\n) {0,3}#{1,6} +\S[^\n]*\n\n/,
  /^(?:```|~~~)/m,
  /!?\[[^\]\n]+\]\([^)\s]+\)/,
  /^\[[^\]\n]+\]: +\S/m,
  /^\|? *:?-{3,}:? *\|/m,
];
/** Plain text has these as well. */
const weakSigns = [
  /^ {0,3}[*+-] +\S.*\n {0,3}[*+-] +\S/m,
  /\*\*[\p{L}\p{N}][^*\n]*\*\*/u,
  /`\w[^`\n]*`/,
  /^\S.*\n(?:={3,}|-{3,})\s*$/m,
];

/** A first line that is a heading, or two signs of the language, one of which is no plain text's. */
function hasMarkdownShape(text: string): boolean {
  if (/^\s*#{1,6} +\S[^\n]*\n\n/.test(text)) return true;
  const strong = markdownSigns.filter((sign) => sign.test(text)).length;
  return strong > 0 && strong + weakSigns.filter((sign) => sign.test(text)).length >= 2;
}
