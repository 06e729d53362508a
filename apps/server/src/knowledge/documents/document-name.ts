import { limits } from '@hansard/protocol';

const standIn = 'document';
/** Control characters, line separators, and what turns the direction of text, with which `fdp.exe` reads `exe.pdf`. */
const unseen = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const extension = /\.[^. ]{1,10}$/u;

/** A file's name as it is shown and given back: no folders, nothing that can't be seen, not too long. */
export function documentName(given: string | undefined): string {
  const [name = ''] = (given ?? '').toWellFormed().normalize('NFC').split(/[\\/]/).slice(-1);
  const shown = name.replace(unseen, '').replaceAll(/\s+/gu, ' ').trim();
  if (/^\.*$/.test(shown)) return standIn;
  if (shown.length <= limits.maxDocumentNameLength) return shown;
  const [end = ''] = extension.exec(shown) ?? [];
  // Cut between two characters, also where one is a pair of units.
  const start = shown.slice(0, limits.maxDocumentNameLength - end.length).replace(/[\ud800-\udbff]$/, '');
  return start + end;
}
