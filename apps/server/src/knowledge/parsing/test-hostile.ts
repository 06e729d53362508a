import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import type { FailureCode } from './failure.ts';
import { contentTypes, docxParagraph, docxParts, pptxParts, relationships, zipOf } from './test-office.ts';
import { pageContent, pdfFont, pdfOf, pdfPage, pdfStream, textPdf } from './test-pdf.ts';

export interface HostileFile {
  name: string;
  make(): Buffer;
  /** With what it is refused; null where what can be read of it is. */
  refusedAs: FailureCode | null;
}

const mb = 2 ** 20;
const line = { text: 'The pump is checked before each watch.' };
const letter = docxParts(docxParagraph('The pump is checked before each watch.'));
const catalogue = '<< /Type /Catalog /Pages 2 0 R >>';

/** Files that were made to harm, or are no documents; each is made anew, byte for byte the same. */
export const hostileFiles: HostileFile[] = [
  { name: 'empty', refusedAs: 'UNREADABLE', make: () => Buffer.alloc(0) },
  { name: 'white space alone', refusedAs: 'UNREADABLE', make: () => Buffer.from(' \n\t\n'.repeat(1000)) },
  { name: 'bytes of no kind', refusedAs: 'UNSUPPORTED_MEDIA', make: () => noise(mb) },
  {
    name: 'picture',
    refusedAs: 'UNSUPPORTED_MEDIA',
    make: () => Buffer.concat([Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'), noise(1000)]),
  },
  {
    name: 'old Office',
    refusedAs: 'UNSUPPORTED_MEDIA',
    make: () => Buffer.concat([Buffer.from('D0CF11E0A1B11AE1', 'hex'), Buffer.alloc(4096)]),
  },
  {
    name: 'encrypted Office',
    refusedAs: 'UNREADABLE',
    make: () =>
      Buffer.concat([
        Buffer.from('D0CF11E0A1B11AE1', 'hex'),
        Buffer.alloc(512),
        Buffer.from('EncryptedPackage', 'utf16le'),
      ]),
  },
  {
    name: 'XML entity bomb',
    refusedAs: 'UNSUPPORTED_MEDIA',
    make: () => Buffer.from(`<?xml version="1.0"?>${laughs}<lolz>&lol9;</lolz>`),
  },
  { name: 'file that is too large', refusedAs: 'TOO_LARGE', make: () => Buffer.alloc(10 * mb + 1, 'word ') },

  { name: 'PDF, mark alone', refusedAs: 'UNREADABLE', make: () => Buffer.from('%PDF-1.7\n') },
  {
    name: 'PDF, noise behind its mark',
    refusedAs: 'UNREADABLE',
    make: () => Buffer.concat([Buffer.from('%PDF-1.7\n'), noise(mb)]),
  },
  { name: 'PDF, cut off', refusedAs: 'UNREADABLE', make: () => textPdf([[line], [line]]).subarray(0, 150) },
  { name: 'PDF, encrypted', refusedAs: 'UNREADABLE', make: encryptedPdf },
  { name: 'PDF, pages without text', refusedAs: 'UNREADABLE', make: () => textPdf([[], []]) },
  {
    name: 'PDF, pages within themselves',
    refusedAs: 'UNREADABLE',
    make: () => pdfOf([catalogue, '<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 100000 >>', pdfFont]),
  },
  {
    name: 'PDF, endless pages',
    refusedAs: null,
    make: () =>
      pdfOf([
        catalogue,
        '<< /Type /Pages /Kids [4 0 R] /Count 2147483647 >>',
        pdfFont,
        pdfPage(5),
        pdfStream(pageContent([line])),
      ]),
  },
  { name: 'PDF, 10 000 pages', refusedAs: null, make: () => manyPages(10_000) },
  {
    name: 'PDF, form within itself',
    refusedAs: null,
    make: () => {
      const form = (self: string) =>
        `<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${self} >> >> /Length 12 >>\nstream\n/X Do /X Do \nendstream`;
      const page =
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> /XObject << /X 6 0 R >> >> >>';
      return pdfOf([
        catalogue,
        '<< /Type /Pages /Kids [4 0 R] /Count 1 >>',
        pdfFont,
        page,
        pdfStream(`${pageContent([line])}/X Do`),
        form('6 0 R'),
      ]);
    },
  },
  {
    name: 'PDF, cross-reference to itself',
    refusedAs: null,
    make: () =>
      Buffer.from(
        textPdf([[line]])
          .toString('latin1')
          .replace(/trailer\n<<|startxref/g, (word) => (word === 'startxref' ? word : 'trailer\n<< /Prev 9')),
        'latin1',
      ),
  },
  {
    name: 'PDF, page that unpacks to 2 GB',
    refusedAs: 'TOO_LARGE',
    make: () => onePage(twiceDeflated(2048), '[/FlateDecode /FlateDecode]'),
  },
  {
    name: 'PDF, 300 MB of text',
    refusedAs: 'TOO_LARGE',
    make: () => onePage(deflateRepeated(pageContent([line]), 300)),
  },
  {
    name: 'PDF, arrays within arrays',
    refusedAs: 'UNREADABLE',
    make: () => pdfOf([`<< /Type /Catalog /Pages ${'['.repeat(mb)} >>`]),
  },

  { name: 'ZIP of nothing', refusedAs: 'UNSUPPORTED_MEDIA', make: () => zipOf({}) },
  { name: 'ZIP of texts', refusedAs: 'UNSUPPORTED_MEDIA', make: () => zipOf({ 'a.txt': 'a', 'b.txt': 'b' }) },
  {
    name: 'ZIP of too many files',
    refusedAs: 'TOO_LARGE',
    make: () => zipOf(Object.fromEntries(Array.from({ length: 12_000 }, (_, index) => [`${index}.xml`, '']))),
  },
  {
    name: 'spreadsheet',
    refusedAs: 'UNSUPPORTED_MEDIA',
    make: () =>
      zipOf({
        '[Content_Types].xml': contentTypes(
          '/xl/workbook.xml',
          'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml',
        ),
        '_rels/.rels': relationships([['r1', 'officeDocument', 'xl/workbook.xml']]),
        'xl/workbook.xml': '<workbook/>',
      }),
  },
  { name: 'Word, cut off', refusedAs: 'UNREADABLE', make: () => zipOf(letter).subarray(0, 900) },
  {
    name: 'Word, no main part',
    refusedAs: 'UNREADABLE',
    make: () => zipOf({ ...letter, '_rels/.rels': relationships([]) }),
  },
  { name: 'Word, empty', refusedAs: 'UNREADABLE', make: () => zipOf(docxParts('')) },
  {
    name: 'Word, damaged part',
    refusedAs: 'UNREADABLE',
    make: () => damaged(zipOf(docxParts(docxParagraph('word '.repeat(5000))))),
  },
  {
    name: 'Word, names that lead out',
    refusedAs: 'UNREADABLE',
    make: () => zipOf({ ...letter, '../../../../tmp/hansard-was-here': 'x' }),
  },
  {
    name: 'Word, absolute names',
    refusedAs: 'UNREADABLE',
    make: () => zipOf({ ...letter, '/tmp/hansard-was-here': 'x' }),
  },
  {
    name: 'Word, entity bomb',
    refusedAs: 'UNREADABLE',
    make: () =>
      zipOf({
        ...letter,
        'word/document.xml': `<?xml version="1.0"?>${laughs}<w:document><w:p><w:r><w:t>&lol9;</w:t></w:r></w:p></w:document>`,
      }),
  },
  { name: 'Word, unpacks to 1 GB', refusedAs: 'TOO_LARGE', make: () => declaredBomb(1024, 1024 * mb) },
  { name: 'Word, unpacks to 1 GB and says 1 MB', refusedAs: 'UNREADABLE', make: () => declaredBomb(1024, mb) },
  {
    name: 'Word, 60 MB of one word',
    refusedAs: 'TOO_LARGE',
    make: () => zipOf(docxParts(docxParagraph('x'.repeat(60 * mb)))),
  },
  {
    name: 'Word, 60 MB of paragraphs',
    refusedAs: 'TOO_LARGE',
    make: () => zipOf(docxParts(docxParagraph('A line of text.').repeat(mb))),
  },
  {
    name: 'Word, tables within tables',
    refusedAs: 'UNREADABLE',
    make: () => zipOf(docxParts('<w:tbl><w:tr><w:tc>'.repeat(100_000))),
  },
  { name: 'PowerPoint, no slides', refusedAs: 'UNREADABLE', make: () => zipOf(pptxParts([])) },
  {
    name: 'PowerPoint, the same slide 100 000 times',
    refusedAs: null,
    make: () => {
      const parts = pptxParts([{ title: 'Pumps', body: ['They are checked.'] }]);
      const again = '<p:sldId id="256" r:id="s0"/>'.repeat(100_000);
      return zipOf({
        ...parts,
        'ppt/presentation.xml': `<p:presentation><p:sldIdLst>${again}</p:sldIdLst></p:presentation>`,
      });
    },
  },

  {
    name: 'HTML, nested too deep',
    refusedAs: 'UNREADABLE',
    make: () => Buffer.from(`<html>${'<div>'.repeat(500_000)}deep`),
  },
  {
    name: 'HTML, tags that never end',
    refusedAs: 'UNREADABLE',
    make: () => Buffer.from(`<html>${'<a b="'.repeat(mb)}`),
  },
  {
    name: 'HTML, scripts alone',
    refusedAs: 'UNREADABLE',
    make: () => Buffer.from(`<!doctype html><script>${'alert(1);'.repeat(mb)}</script>`),
  },
  {
    name: 'Markdown, quotes within quotes',
    refusedAs: 'UNREADABLE',
    make: () => Buffer.from(`# Title\n\n${'>'.repeat(200_000)} deep\n`),
  },
  { name: 'text, 10 MB of one word', refusedAs: 'TOO_LARGE', make: () => Buffer.alloc(10 * mb, 'x') },
  {
    name: 'text, 8 MB on one line',
    refusedAs: null,
    make: () => Buffer.alloc(8 * mb, 'The pump is checked before each watch. '),
  },
];

/** Ten entities, each ten of the one before: a billion words when they are put in. */
const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from(
  { length: 9 },
  (_, index) => `<!ENTITY lol${index + 1} "${`&lol${index === 0 ? '' : index};`.repeat(10)}">`,
).join('')}]>`;

/** The same bytes each time, of no pattern. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(Uint8Array.from({ length }, () => ((state = (state * 48_271) % 2_147_483_647) >> 8) & 0xff));
}

function encryptedPdf(): Buffer {
  const secret = `<${'5A'.repeat(32)}>`;
  const id = `<${'00'.repeat(16)}>`;
  const trailer = `/ID [${id} ${id}] /Encrypt << /Filter /Standard /V 1 /R 2 /O ${secret} /U ${secret} /P -4 >>`;
  return pdfOf(
    [catalogue, '<< /Type /Pages /Kids [4 0 R] /Count 1 >>', pdfFont, pdfPage(5), pdfStream(pageContent([line]))],
    { trailer },
  );
}

function manyPages(count: number): Buffer {
  const kids = Array.from({ length: count }, (_, index) => `${5 + index} 0 R`).join(' ');
  const pages = Array.from({ length: count }, () => pdfPage(4));
  return pdfOf([
    catalogue,
    `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`,
    pdfFont,
    pdfStream(pageContent([line])),
    ...pages,
  ]);
}

function onePage(content: Buffer, filter = '/FlateDecode'): Buffer {
  const stream = Buffer.concat([
    Buffer.from(`<< /Length ${content.length} /Filter ${filter} >>\nstream\n`),
    content,
    Buffer.from('\nendstream'),
  ]);
  return pdfOf([catalogue, '<< /Type /Pages /Kids [4 0 R] /Count 1 >>', pdfFont, pdfPage(5), stream]);
}

/** As zlib would compress so much of `text`, made of one compressed megabyte over and over. */
function deflateRepeated(text: string, sizeMb: number): Buffer {
  const one = deflateRawSync(Buffer.alloc(mb, text), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const header = Buffer.from([0x78, 0xda]);
  const lastBlock = Buffer.from([3, 0]);
  const checksum = Buffer.alloc(4);
  return Buffer.concat([header, ...Array.from({ length: sizeMb }, () => one), lastBlock, checksum]);
}

/** Spaces that were deflated twice: a thousand times a thousand times smaller, nearly. */
function twiceDeflated(sizeMb: number): Buffer {
  return deflateSync(deflateRepeated(' ', sizeMb), { level: 9 });
}

/** A Word file whose document unpacks to `realMb` and is declared to have `declaredBytes`. */
function declaredBomb(realMb: number, declaredBytes: number): Buffer {
  const file = zipOf({ ...letter, 'word/document.xml': Buffer.alloc(mb, '<w:p/> ') });
  const bomb = deflateRepeated('<w:p/> ', realMb).subarray(2, -4);
  return replaceEntry(file, 'word/document.xml', bomb, declaredBytes);
}

/** Puts other compressed data into a ZIP, at its end, and the sizes into its directory. */
function replaceEntry(file: Buffer, name: string, data: Buffer, declaredBytes: number): Buffer {
  const directoryAt = file.readUInt32LE(file.length - 6);
  const localHeader = Buffer.alloc(30 + name.length);
  localHeader.writeUInt32LE(0x04034b50, 0);
  localHeader.writeUInt16LE(20, 4);
  localHeader.writeUInt16LE(8, 8);
  localHeader.writeUInt32LE(data.length, 18);
  localHeader.writeUInt32LE(declaredBytes, 22);
  localHeader.writeUInt16LE(name.length, 26);
  localHeader.write(name, 30, 'latin1');
  const end = Buffer.from(file.subarray(directoryAt));
  const entry = end.lastIndexOf(name) - 46;
  end.writeUInt32LE(data.length, entry + 20);
  end.writeUInt32LE(declaredBytes, entry + 24);
  end.writeUInt32LE(directoryAt, entry + 42);
  end.writeUInt32LE(directoryAt + localHeader.length + data.length, end.length - 6);
  return Buffer.concat([file.subarray(0, directoryAt), localHeader, data, end]);
}

/** Bytes in the middle of the largest part are others. */
function damaged(file: Buffer): Buffer {
  const at = file.indexOf('word/document.xml') + 'word/document.xml'.length + 12;
  return Buffer.concat([file.subarray(0, at), Buffer.alloc(16, 0xff), file.subarray(at + 16)]);
}
