import type { DocumentKind } from '@hansard/protocol';
import type { DocumentReader } from './reader.ts';

/** Each loads its library when it is asked for: a process reads one file of one kind. */
export const readers: Record<DocumentKind, () => Promise<DocumentReader>> = {
  pdf: async () => (await import('./pdf/read-pdf.ts')).readPdf,
  docx: async () => (await import('./office/read-docx.ts')).readDocx,
  pptx: async () => (await import('./office/read-pptx.ts')).readPptx,
  html: async () => (await import('./html.ts')).readHtml,
  markdown: async () => (await import('./markdown.ts')).readMarkdown,
  text: async () => (await import('./text.ts')).readText,
};
