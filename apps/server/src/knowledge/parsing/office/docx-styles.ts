import type { PackageParts } from './package-parts.ts';
import { attribute, readXml } from './read-xml.ts';

export interface DocxStyle {
  /** From 1; 0 is the title's; null is no heading. */
  headingLevel: number | null;
  isTableOfContents: boolean;
}

interface Written {
  name: string;
  basedOn: string | undefined;
  outline: number | undefined;
}

const maxStyles = 10_000;
const maxAncestors = 16;
export const plainStyle: DocxStyle = { headingLevel: null, isTableOfContents: false };

/** Paragraph styles by their IDs: a heading is told by its outline level, its own or inherited, or by its name. */
export async function readStyles(parts: PackageParts, part: string | undefined): Promise<(id: string) => DocxStyle> {
  const written = new Map<string, Written>();
  let current: Written | null = null;
  if (part !== undefined && parts.has(part)) {
    await readXml(parts.read(part), {
      open(element, attributes) {
        const value = attribute(attributes, 'val') ?? '';
        if (element === 'style') {
          current = { name: '', basedOn: undefined, outline: undefined };
          if (written.size < maxStyles) written.set(attribute(attributes, 'styleId') ?? '', current);
        } else if (current && element === 'name') current.name = value.toLowerCase();
        else if (current && element === 'basedOn') current.basedOn = value;
        else if (current && element === 'outlineLvl') current.outline = Number(value);
      },
      close(element) {
        if (element === 'style') current = null;
      },
    });
  }
  const known = new Map<string, DocxStyle>();
  return (id) => {
    const style = known.get(id) ?? resolve(written, id);
    if (known.size < maxStyles) known.set(id, style);
    return style;
  };
}

function resolve(written: ReadonlyMap<string, Written>, id: string): DocxStyle {
  const isTableOfContents = /^toc (?:\d|heading)/.test(written.get(id)?.name ?? '');
  let style = written.get(id);
  for (let ancestors = 0; style && ancestors < maxAncestors; ancestors += 1) {
    const level = levelOf(style);
    if (level !== undefined) return { headingLevel: level, isTableOfContents };
    style = written.get(style.basedOn ?? '');
  }
  return { headingLevel: null, isTableOfContents };
}

/** Undefined where the style above it decides. */
function levelOf({ name, outline }: Written): number | null | undefined {
  if (outline !== undefined && outline >= 0 && outline <= 9) return outline === 9 ? null : outline + 1;
  const number = /^heading (\d)$/.exec(name)?.[1];
  if (number !== undefined) return Number(number);
  return name === 'title' ? 0 : undefined;
}
