import { unreadable } from '../failure.ts';
import { parsingLimits } from '../limits.ts';
import type { DocumentReader } from '../reader.ts';
import { textTooLong } from '../text.ts';
import { openOffice, type OfficePackage } from './office-kind.ts';
import { readXml } from './read-xml.ts';
import { relationshipsOf } from './relationships.ts';
import { readSlide } from './read-slide.ts';

/** PowerPoint: a page for each slide, in the order they are shown, under its title; with its diagrams and its notes. */
export const readPptx: DocumentReader = async (file, sink, onProgress) => {
  const office = await openOffice(file);
  const slides = await slidesOf(office);
  if (slides.length === 0) throw unreadable('The presentation has no slides.');
  const read = Math.min(slides.length, parsingLimits.maxPages);
  for (const [index, part] of slides.slice(0, read).entries()) {
    const page = index + 1;
    const { title, lines } = await readSlide(office.parts.read(part));
    sink.heading(1, title, page);
    for (const line of lines) sink.paragraph(line, page);
    for (const { type, target } of await relationshipsOf(office.parts, part)) {
      if ((type !== 'notesSlide' && type !== 'diagramData') || !office.parts.has(target)) continue;
      for (const line of (await readSlide(office.parts.read(target))).lines) sink.paragraph(line, page);
    }
    if (sink.length > parsingLimits.maxTextLength) throw textTooLong();
    onProgress(page, read);
  }
  return { pages: slides.length, pagesLeftOut: slides.length - read };
};

async function slidesOf({ parts, main }: OfficePackage): Promise<string[]> {
  const targets = new Map((await relationshipsOf(parts, main)).map(({ id, target }) => [id, target]));
  const slides: string[] = [];
  await readXml(parts.read(main), {
    open(name, attributes) {
      if (name !== 'sldId') return;
      const target = targets.get(Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '');
      if (target !== undefined && parts.has(target)) slides.push(target);
    },
  });
  return slides;
}
