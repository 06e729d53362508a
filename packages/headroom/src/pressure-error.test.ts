import { expect, test } from 'vitest';
import type { Sample } from './contracts.ts';
import { MemoryPressureError, readingsOf } from './pressure-error.ts';

const sample = {
  pressure: 0.9,
  tightest: 'rss',
  signals: { rss: { usedBytes: 9, limitBytes: 10 } },
} as unknown as Sample;

test('a refusal for memory says 503, the readings and when to try again', () => {
  const error = new MemoryPressureError('Memory is short', { readings: readingsOf(sample, 'critical') });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'MemoryPressureError',
    code: 'MEMORY_PRESSURE',
    statusCode: 503,
    retryable: true,
  });
  expect(error.retryAfterMs).toBeGreaterThan(0);
  expect(error.readings).toEqual({ level: 'critical', ...sample });
});

test('a refusal for one’s own limit says 429', () => {
  const error = new MemoryPressureError('Busy', {
    code: 'BUSY',
    retryAfterMs: 500,
    readings: readingsOf(sample, 'normal'),
  });
  expect(error).toMatchObject({ code: 'BUSY', statusCode: 429, retryAfterMs: 500 });
});
