import type { TextSink } from '../../passages/index.ts';
import { parsingLimits } from '../limits.ts';
import type { DocumentReader } from '../reader.ts';
import { textTooLong } from '../text.ts';
import { plainStyle, readStyles, type DocxStyle } from './docx-styles.ts';
import { openOffice } from './office-kind.ts';
import { attribute, readXml, type XmlHandler } from './read-xml.ts';
import { relationshipsOf } from './relationships.ts';

/** What was deleted or moved away stays in the file, and a picture's stand-in says the same again. */
const skipped = new Set(['Fallback', 'moveFrom', 'del']);

/** Word: paragraphs and rows of tables under the headings of their styles, then foot- and endnotes. */
export const readDocx: DocumentReader = async (file, sink) => {
  const { parts, main } = await openOffice(file);
  const relations = await relationshipsOf(parts, main);
  const partOf = (wanted: string) => relations.find(({ type }) => type === wanted)?.target;
  const styleOf = await readStyles(parts, partOf('styles'));
  await readXml(parts.read(main), createHandler(sink, styleOf));
  for (const notes of [partOf('footnotes'), partOf('endnotes')]) {
    if (notes === undefined || !parts.has(notes)) continue;
    sink.heading(0, '', 0);
    await readXml(parts.read(notes), createHandler(sink, styleOf));
  }
  return { pages: null, pagesLeftOut: 0 };
};

interface Paragraph {
  text: string;
  style: DocxStyle;
  /** Of the paragraph itself, over its style's. */
  headingLevel: number | null | undefined;
}

function createHandler(sink: TextSink, styleOf: (id: string) => DocxStyle): XmlHandler {
  /** A paragraph may be within another: a text box. */
  const paragraphs: Paragraph[] = [];
  /** Cells of the rows that are open, innermost last. */
  const rows: string[][] = [];
  let skippedDepth = 0;
  /** Runs that are open: outside of them a `tab` is a tab stop. */
  let runs = 0;
  let inText = false;

  const put = (text: string) => {
    const paragraph = paragraphs.at(-1);
    if (paragraph) paragraph.text += text;
  };
  const end = ({ text, style, headingLevel = style.headingLevel }: Paragraph) => {
    const row = rows.at(-1);
    if (row) row.push(`${row.pop() ?? ''} ${text}`.trim());
    else if (style.isTableOfContents) return;
    else if (headingLevel !== null && text.trim() !== '') sink.heading(headingLevel, text, 0);
    else sink.paragraph(text, 0);
    if (sink.length > parsingLimits.maxTextLength) throw textTooLong();
  };

  return {
    open(name, attributes) {
      if (skippedDepth > 0 || skipped.has(name)) {
        skippedDepth += 1;
        return;
      }
      const paragraph = paragraphs.at(-1);
      if (name === 'p') paragraphs.push({ text: '', style: plainStyle, headingLevel: undefined });
      else if (name === 't') inText = true;
      else if (name === 'r') runs += 1;
      else if (name === 'tab' && runs > 0) put('\t');
      else if (name === 'br' || name === 'cr') put('\n');
      else if (name === 'noBreakHyphen') put('-');
      else if (name === 'tr') rows.push([]);
      else if (name === 'tc') rows.at(-1)?.push('');
      else if (paragraph && name === 'pStyle') paragraph.style = styleOf(attribute(attributes, 'val') ?? '');
      else if (paragraph && name === 'outlineLvl') {
        const level = Number(attribute(attributes, 'val'));
        paragraph.headingLevel = level < 9 ? level + 1 : null;
      }
    },
    close(name) {
      if (skippedDepth > 0) skippedDepth -= 1;
      else if (name === 't') inText = false;
      else if (name === 'r') runs -= 1;
      else if (name === 'p') {
        const paragraph = paragraphs.pop();
        if (paragraph) end(paragraph);
      } else if (name === 'tr') {
        const text = rows.pop()?.join('\t') ?? '';
        end({ text, style: plainStyle, headingLevel: null });
      }
    },
    text(data) {
      if (inText && skippedDepth === 0) put(data);
    },
  };
}
