import { unreadable, unsupported, type ParseFailure } from '../failure.ts';
import { openPackage, type PackageParts } from './package-parts.ts';
import { readXml } from './read-xml.ts';
import { relationshipsOf } from './relationships.ts';

export interface OfficePackage {
  parts: PackageParts;
  /** Name of the part with the document or the presentation. */
  main: string;
}

/** What a ZIP is, by the content type of its main part. Throws `ParseFailure` where it is no Word or PowerPoint file. */
export async function tellOfficeKind(file: Buffer): Promise<'docx' | 'pptx'> {
  const { parts, main } = await openOffice(file);
  const type = await contentTypeOf(parts, main);
  if (/wordprocessingml|ms-word/.test(type)) return 'docx';
  if (/presentationml|ms-powerpoint/.test(type)) return 'pptx';
  throw notADocument();
}

export async function openOffice(file: Buffer): Promise<OfficePackage> {
  const parts = await openPackage(file);
  if (!parts.has('/[Content_Types].xml')) throw notADocument();
  const main = (await relationshipsOf(parts, '')).find(({ type }) => type === 'officeDocument')?.target;
  if (main === undefined || !parts.has(main)) throw unreadable('The file is damaged: its main part is missing.');
  return { parts, main };
}

async function contentTypeOf(parts: PackageParts, part: string): Promise<string> {
  let found = '';
  await readXml(parts.read('/[Content_Types].xml'), {
    open(name, { PartName: partName, Extension: extension, ContentType: type = '' }) {
      if (name === 'Override' && partName?.toLowerCase() === part.toLowerCase()) found = type;
      if (name === 'Default' && found === '' && part.endsWith(`.${extension}`)) found = type;
    },
  });
  return found;
}

function notADocument(): ParseFailure {
  return unsupported('This is an archive and no Word or PowerPoint file; send the documents in it one by one.');
}
