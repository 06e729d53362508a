import { expect, it } from 'vitest';
import { droppedFiles } from './dropped-files.ts';

const item = (file: File, isDirectory = false) => ({
  kind: 'file',
  getAsFile: () => file,
  webkitGetAsEntry: () => ({ isDirectory, name: file.name }),
});
const drop = (items: unknown[], files: File[] = []) =>
  droppedFiles({ items, files } as unknown as Pick<DataTransfer, 'items' | 'files'>);
const [plan, folder] = [new File(['# Plan'], 'plan.md'), new File([], 'folder')];

it('tells files from folders, and from text', () => {
  const text = { kind: 'string', getAsFile: () => null, webkitGetAsEntry: () => null };
  expect(drop([item(plan), item(folder, true), text])).toEqual({ files: [plan], folders: ['folder'] });
});

it('takes the files where a browser lists no items', () => {
  expect(drop([], [plan])).toEqual({ files: [plan], folders: [] });
});
