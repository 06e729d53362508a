/** What pdf.js gives for a run of text on a page. */
export interface TextItem {
  str: string;
  /** [a, b, c, d, x, y] in points, y upwards. */
  transform: number[];
  width: number;
  hasEOL: boolean;
}

export interface PdfLine {
  page: number;
  text: string;
  /** Of the largest run on it, in points. */
  size: number;
  /** Of its baseline, in points from the bottom. */
  y: number;
}

/** Puts the runs of one page together to lines, in the order of the file; bounded by `maxLength` characters. */
export function createPageLines(page: number, maxLength: number): { add(item: TextItem): void; finish(): PdfLine[] } {
  const lines: PdfLine[] = [];
  let text = '';
  let size = 0;
  let y = 0;
  let endX = 0;
  let startX = 0;
  let lastEndX = 0;
  let length = 0;

  const endLine = () => {
    // Dots that lead to a page's number are no words.
    const shown = text
      .replaceAll(/\.{5,}|(?:\. ){4,}/g, ' … ')
      .replaceAll(/\s+/g, ' ')
      .trim();
    if (shown !== '') {
      const last = lines.at(-1);
      // A raised or lowered number is a line of its own to the reader of the file.
      if (last && Math.abs(last.y - y) < last.size * 0.5 && startX >= lastEndX - 1 && lines.length > 0) {
        last.text += (startX - lastEndX > last.size * 0.2 ? ' ' : '') + shown;
        last.size = Math.max(last.size, size);
      } else lines.push({ page, text: shown, size, y });
      lastEndX = endX;
    }
    text = '';
    size = 0;
  };

  return {
    add({ str, transform, width, hasEOL }) {
      if (length > maxLength) return;
      length += str.length;
      const [, , c = 0, d = 0, x = 0, atY = 0] = transform;
      if (str.trim() !== '') {
        if (text === '') {
          y = atY;
          startX = x;
        }
        size = Math.max(size, Math.round(Math.hypot(c, d) * 2) / 2);
        endX = x + width;
      }
      text += str;
      if (hasEOL) endLine();
    },
    finish() {
      endLine();
      return lines;
    },
  };
}
