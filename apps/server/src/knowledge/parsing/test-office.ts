import { strToU8, zipSync, type Zippable } from 'fflate';

const relationshipTypes = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const powerPoint = 'application/vnd.openxmlformats-officedocument.presentationml';

export type Parts = Record<string, string | Uint8Array>;

export function zipOf(parts: Parts): Buffer {
  const files: Zippable = {};
  for (const [name, content] of Object.entries(parts)) {
    files[name] = [typeof content === 'string' ? strToU8(content) : content, { mtime: '2026-01-01', level: 9 }];
  }
  return Buffer.from(zipSync(files));
}

export function relationships(targets: readonly [id: string, type: string, target: string][]): string {
  const rows = targets.map(
    ([id, type, target]) => `<Relationship Id="${id}" Type="${relationshipTypes}/${type}" Target="${target}"/>`,
  );
  return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${rows.join('')}</Relationships>`;
}

export function contentTypes(main: string, type: string): string {
  return `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="${main}" ContentType="${type}"/></Types>`;
}

/** The parts of a Word file with this body; `more` are added or put in the place of those of the same name. */
export function docxParts(body: string, more: Parts = {}): Parts {
  return {
    '[Content_Types].xml': contentTypes('/word/document.xml', `${word}.document.main+xml`),
    '_rels/.rels': relationships([['r1', 'officeDocument', 'word/document.xml']]),
    'word/_rels/document.xml.rels': relationships([
      ['s1', 'styles', 'styles.xml'],
      ['f1', 'footnotes', 'footnotes.xml'],
    ]),
    'word/styles.xml': `<?xml version="1.0"?><w:styles xmlns:w="w"><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
      <w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
      <w:style w:styleId="Eigen"><w:name w:val="Own"/><w:basedOn w:val="berschrift2"/></w:style><w:style w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style></w:styles>`,
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`,
    ...more,
  };
}

export function docxParagraph(text: string, style?: string): string {
  const properties = style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
  return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

export interface Slide {
  title?: string;
  body: readonly string[];
  notes?: string;
}

/** A presentation. The numbers of its files are in the opposite order of the slides, as they may be. */
export function pptxParts(slides: readonly Slide[]): Parts {
  const parts: Parts = {
    '[Content_Types].xml': contentTypes('/ppt/presentation.xml', `${powerPoint}.presentation.main+xml`),
    '_rels/.rels': relationships([['r1', 'officeDocument', '/ppt/presentation.xml']]),
  };
  const name = (index: number) => `slide${slides.length - index}`;
  const ids = slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="s${index}"/>`);
  parts['ppt/presentation.xml'] =
    `<?xml version="1.0"?><p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst>${ids.join('')}</p:sldIdLst></p:presentation>`;
  parts['ppt/_rels/presentation.xml.rels'] = relationships(
    slides.map((_, index) => [`s${index}`, 'slide', `slides/${name(index)}.xml`]),
  );
  for (const [index, { title, body, notes }] of slides.entries()) {
    const shapes = [shape('body', body), shape('sldNum', [String(index + 1)])];
    if (title !== undefined) shapes.push(shape('title', [title]));
    parts[`ppt/slides/${name(index)}.xml`] =
      `<?xml version="1.0"?><p:sld xmlns:p="p" xmlns:a="a"><p:cSld><p:spTree>${shapes.join('')}</p:spTree></p:cSld></p:sld>`;
    if (notes === undefined) continue;
    parts[`ppt/slides/_rels/${name(index)}.xml.rels`] = relationships([
      ['n1', 'notesSlide', `../notesSlides/${name(index)}.xml`],
    ]);
    parts[`ppt/notesSlides/${name(index)}.xml`] =
      `<?xml version="1.0"?><p:notes xmlns:p="p" xmlns:a="a">${shape('body', [notes])}</p:notes>`;
  }
  return parts;
}

function shape(type: string, paragraphs: readonly string[]): string {
  const text = paragraphs.map((paragraph) => `<a:p><a:r><a:t>${paragraph}</a:t></a:r></a:p>`).join('');
  return `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${type}"/></p:nvPr></p:nvSpPr><p:txBody>${text}</p:txBody></p:sp>`;
}
