import { deflateSync } from 'node:zlib';

export interface PdfText {
  text: string;
  /** In points. */
  size?: number;
  /** Of the baseline from the bottom of a page of 792 points; below the line before where it is left out. */
  y?: number;
}

/** Objects of a PDF, from number 1; each is the text between `obj` and `endobj`. `root` is the number of the catalogue. */
export function pdfOf(objects: readonly (string | Buffer)[], { root = 1, trailer = '' } = {}): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  const push = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    push(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]));
  }
  const xref = length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`));
  push(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root ${root} 0 R ${trailer} >>\n`));
  push(Buffer.from(`startxref\n${xref}\n%%EOF\n`));
  return Buffer.concat(parts);
}

export function pdfStream(content: string | Buffer, filter = '/FlateDecode'): Buffer {
  const data = filter === '/FlateDecode' ? deflateSync(content) : Buffer.from(content);
  const head = `<< /Length ${data.length}${filter === '' ? '' : ` /Filter ${filter}`} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), data, Buffer.from('\nendstream')]);
}

export const pdfFont = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';

/** A PDF with these lines on its pages. Objects: 1 catalogue, 2 pages, 3 font, then a page and its content each. */
export function textPdf(pages: readonly (readonly PdfText[])[]): Buffer {
  const kids = pages.map((_, index) => `${4 + 2 * index} 0 R`).join(' ');
  const objects: (string | Buffer)[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    pdfFont,
  ];
  for (const [index, lines] of pages.entries()) objects.push(pdfPage(5 + 2 * index), pdfStream(pageContent(lines)));
  return pdfOf(objects);
}

export function pdfPage(contents: number, parent = 2): string {
  return `<< /Type /Page /Parent ${parent} 0 R /MediaBox [0 0 612 792] /Contents ${contents} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`;
}

export function pageContent(lines: readonly PdfText[]): string {
  let below = 720;
  return lines
    .map(({ text, size = 10, y = below - size * 1.2 }) => {
      below = y;
      return `BT /F1 ${size} Tf 72 ${y.toFixed(2)} Td (${text.replaceAll(/[\\()]/g, String.raw`\$&`)}) Tj ET\n`;
    })
    .join('');
}
