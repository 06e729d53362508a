import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { documentText } from '../retrieval/document-text.ts';

const documents = join(import.meta.dirname, '../../data/documents');
const kinds = new Set(['.pdf', '.html', '.md', '.txt', '.docx', '.pptx']);

/** Real texts, cut into passages of about so many letters, and questions on them. */
export async function readTexts(letters: number): Promise<{ passages: string[]; questions: string[] }> {
  const passages: string[] = [];
  for (const name of readdirSync(documents).toSorted()) {
    if (!kinds.has(extname(name)) || name === 'README.md') continue;
    const pages = await documentText(name, readFileSync(join(documents, name)));
    passages.push(...cut(pages.join(' '), letters));
  }
  const asked = JSON.parse(readFileSync(join(documents, 'questions.json'), 'utf8')) as { question: string }[];
  return { passages, questions: asked.map(({ question }) => question) };
}

function cut(text: string, letters: number): string[] {
  return text.match(new RegExp(`\\S.{${letters - 100},${letters}}(?=\\s|$)`, 'gsu')) ?? [];
}
