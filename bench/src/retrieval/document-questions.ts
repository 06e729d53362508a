import { readFile } from 'node:fs/promises';

/** Where the documents lie on which the questions are asked; README.md there says what they are. */
export const DOCUMENTS = new URL('../../data/documents/', import.meta.url);

/** A question on one of the documents, or one (`document` and `kind` null, no answers) that none of them answers. */
export interface DocumentQuestion {
  id: string;
  /** Name of its file in {@link DOCUMENTS}. */
  document: string | null;
  kind: 'pdf' | 'html' | 'markdown' | 'txt' | null;
  question: string;
  /** Spans of the document's text, with single spaces; any one of them answers. */
  answers: string[];
  /** Page of the PDF file that has the answers, from 1. */
  page?: number;
}

/** All questions, in the order of the file. */
export async function documentQuestions(): Promise<DocumentQuestion[]> {
  return JSON.parse(await readFile(new URL('questions.json', DOCUMENTS), 'utf8')) as DocumentQuestion[];
}
