import { Document, HeadingLevel, Packer, Paragraph, TextRun, type IParagraphOptions } from 'docx';
import { parentPort, workerData } from 'node:worker_threads';
import type { DocxBlock } from './docx-blocks.ts';

const styles: Record<DocxBlock['style'], IParagraphOptions> = {
  title: { heading: HeadingLevel.TITLE },
  heading: { heading: HeadingLevel.HEADING_1 },
  line: { spacing: { after: 120 } },
  item: { bullet: { level: 0 } },
  note: { spacing: { after: 120 } },
};

function toParagraph({ style, lead, text }: DocxBlock): Paragraph {
  const runs = [new TextRun({ text, italics: style === 'note' })];
  if (lead !== undefined) runs.unshift(new TextRun({ text: `${lead}  `, bold: true }));
  return new Paragraph({ ...styles[style], children: runs });
}

const { title, blocks } = workerData as { title: string; blocks: DocxBlock[] };
const document = new Document({ title, creator: 'Hansard', sections: [{ children: blocks.map(toParagraph) }] });
const bytes = new Uint8Array(await Packer.toArrayBuffer(document));
parentPort!.postMessage(bytes, [bytes.buffer]);
