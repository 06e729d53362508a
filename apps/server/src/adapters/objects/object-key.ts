import { AppError } from '../../errors.ts';

const maxKeyLength = 500;
const maxSegmentLength = 200;
const segment = /^[A-Za-z0-9_.-]+$/;

/** Throws `BAD_REQUEST` for what is no key, so that none can point outside the store. */
export function checkKey(key: string): void {
  if (key.length > maxKeyLength || !key.split('/').every(isSegment)) {
    throw new AppError('BAD_REQUEST', 'Not an object key.');
  }
}

/** A prefix is the beginning of a key, and never empty. */
export function checkPrefix(prefix: string): void {
  checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}

function isSegment(text: string): boolean {
  return text.length <= maxSegmentLength && segment.test(text) && text !== '.' && text !== '..';
}
