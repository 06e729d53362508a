import { expect, it } from 'vitest';
import { bytes } from './bytes.ts';

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1536, '1.5 KB'],
  [10_080_000, '9.6 MB'],
  [268_435_456, '256 MB'],
  [5 * 1024 ** 4, '5120 GB'],
])('shows %i as %s', (count, shown) => expect(bytes(count)).toBe(shown));
