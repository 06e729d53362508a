import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DOCUMENTS, type DocumentQuestion, documentQuestions } from './document-questions.ts';
import { collapse, documentText } from './document-text.ts';

const ENDING = { pdf: '.pdf', html: '.html', markdown: '.md', txt: '.txt' } as const;
const LONGEST_SPAN_CHARS = 300;

const questions = await documentQuestions();
const answered = questions.filter((question) => question.document !== null);
const files = (await readdir(DOCUMENTS, { withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name !== 'README.md' && entry.name !== 'questions.json')
  .map((entry) => entry.name);

test('there are 60 questions with answers or more, and 15 or more of each of 3 kinds', () => {
  expect(answered.length).toBeGreaterThanOrEqual(60);
  const ofKind = Map.groupBy(answered, ({ kind }) => kind);
  expect([...ofKind.values()].filter((those) => those.length >= 15).length).toBeGreaterThanOrEqual(3);
});

test('ids and questions are unique', () => {
  expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
  expect(new Set(questions.map(({ question }) => question)).size).toBe(questions.length);
});

test('8 questions or more have no answer anywhere, and say so in every field', () => {
  const unanswered = questions.filter(({ answers }) => answers.length === 0);
  expect(unanswered.length).toBeGreaterThanOrEqual(8);
  for (const { kind, document, page } of unanswered)
    expect({ kind, document, page }).toEqual({ kind: null, document: null });
});

test('every document is asked about, and every question is on a document of its kind', () => {
  expect(new Set(answered.map(({ document }) => document))).toEqual(new Set(files));
  for (const { document, kind } of answered) expect(document?.endsWith(ENDING[kind ?? 'txt'])).toBe(true);
});

test('every document has its licence and its source in the README', async () => {
  const rows = (await readFile(new URL('README.md', DOCUMENTS), 'utf8')).split('\n').map((row) => row.split(' | '));
  for (const file of files) {
    const [, , licence, source, path] = rows.find(([name]) => name === `| ${file}`) ?? [];
    expect(source, file).toMatch(/^[a-z0-9-]+ \d\S*$/);
    expect(path, file).toMatch(/^usr\/share\/doc\/\S+ \|$/);
    const texts = [...(licence ?? '').matchAll(/\(([^)]+)\)/g)].map(([, text]) => text ?? '');
    expect(texts, file).not.toEqual([]);
    for (const text of texts) expect((await readFile(new URL(text, DOCUMENTS), 'utf8')).length).toBeGreaterThan(200);
  }
});

test.for(files)('the answers are in %s, on the page that they give', async (file) => {
  const pages = await documentText(file, await readFile(new URL(file, DOCUMENTS)));
  for (const question of answered.filter(({ document }) => document === file)) expectIn(pages, question);
});

function expectIn(pages: string[], { id, kind, answers, page }: DocumentQuestion): void {
  expect(page !== undefined, id).toBe(kind === 'pdf');
  expect(answers, id).not.toEqual([]);
  for (const answer of answers) {
    expect(answer, id).toBe(collapse(answer));
    expect(answer.length, id).toBeLessThanOrEqual(LONGEST_SPAN_CHARS);
    const at = pages.flatMap((text, index) => (text.includes(answer) ? [index + 1] : []));
    expect(at, `${id}: ${answer}`).toEqual([page ?? 1]);
  }
}
