import { attribute, readXml } from './read-xml.ts';

export interface SlideText {
  /** `''` where there is none. */
  title: string;
  lines: string[];
}

/** Of the layout, the same on every slide. */
const furniture = new Set(['dt', 'ftr', 'hdr', 'sldNum', 'sldImg']);

/** The text of a slide, of its notes or of a diagram: paragraphs, and rows of tables with tabs between their cells. */
export async function readSlide(part: AsyncIterable<Buffer>): Promise<SlideText> {
  const titles: string[] = [];
  const lines: string[] = [];
  let placeholder = '';
  let cells: string[] | null = null;
  let paragraph = '';
  let inText = false;
  let fallbacks = 0;

  const end = (line: string) => {
    const text = line.trim();
    if (text === '' || furniture.has(placeholder)) return;
    if (placeholder === 'title' || placeholder === 'ctrTitle') titles.push(text);
    else lines.push(text);
  };

  await readXml(part, {
    open(name, attributes) {
      if (name === 'Fallback') fallbacks += 1;
      else if (name === 'sp') placeholder = '';
      else if (name === 'ph') placeholder = attribute(attributes, 'type') ?? 'body';
      else if (name === 'p') paragraph = '';
      else if (name === 't') inText = true;
      else if (name === 'br') paragraph += '\n';
      else if (name === 'tr') cells = [];
      else if (name === 'tc') cells?.push('');
    },
    close(name) {
      if (name === 'Fallback') fallbacks -= 1;
      else if (name === 't') inText = false;
      else if (name === 'sp') placeholder = '';
      else if (name === 'p') {
        if (cells) cells.push(`${cells.pop() ?? ''} ${paragraph}`.trim());
        else end(paragraph);
        paragraph = '';
      } else if (name === 'tr') {
        const row = cells?.join('\t') ?? '';
        cells = null;
        end(row);
      }
    },
    text(data) {
      if (inText && fallbacks === 0) paragraph += data;
    },
  });
  return { title: titles.join(' '), lines };
}
