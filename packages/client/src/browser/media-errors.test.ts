import { expect, it } from 'vitest';
import { ClientError } from '../client-error.ts';
import { toMediaError } from './media-errors.ts';

it.each([
  ['NotAllowedError', 'microphone', 'PERMISSION_DENIED'],
  ['NotAllowedError', 'tab', 'CANCELLED'],
  ['NotFoundError', 'microphone', 'NO_DEVICE'],
  ['OverconstrainedError', 'microphone', 'NO_DEVICE'],
  ['NotReadableError', 'microphone', 'DEVICE_BUSY'],
  ['SecurityError', 'microphone', 'UNSUPPORTED_BROWSER'],
  ['DataError', 'tab', 'RECORDER_FAILED'],
] as const)('tells a person what to do about %s of a %s', (name, wanted, code) => {
  const cause = new DOMException('', name);
  const error = toMediaError(cause, wanted);
  expect(error).toMatchObject({ code, cause });
  expect(error.message).toMatch(/\.$/);
});

it('leaves an error alone that says it already', () => {
  const error = new ClientError('NO_SOUND_SHARED', 'No sound.');
  expect(toMediaError(error, 'tab')).toBe(error);
});
