import { limits } from '@hansard/protocol';
import { expect, it } from 'vitest';
import { documentName } from './document-name.ts';

it.each([
  ['spec.pdf', 'spec.pdf'],
  ['Übersicht – Grösse.pdf', 'Übersicht – Grösse.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\ana\\plan.docx', 'plan.docx'],
  ['a\u0000b\r\nc.txt', 'abc.txt'],
  ['exe.\u202efdp', 'exe.fdp'],
  ['  two   words .md ', 'two words .md'],
  ['', 'document'],
  ['..', 'document'],
  ['folder/', 'document'],
  ['.env', '.env'],
  [undefined, 'document'],
  ['e\u0301.txt', 'é.txt'],
])('%j is shown as %j', (given, shown) => {
  expect(documentName(given)).toBe(shown);
});

it('cuts what is too long, before its ending and between characters', () => {
  const long = documentName(`${'x'.repeat(400)}.pdf`);
  expect(long).toHaveLength(limits.maxDocumentNameLength);
  expect(long).toMatch(/x\.pdf$/);
  const emojis = documentName(`x${'😀'.repeat(200)}`);
  expect(emojis.length).toBeLessThanOrEqual(limits.maxDocumentNameLength);
  expect(emojis.isWellFormed()).toBe(true);
});
