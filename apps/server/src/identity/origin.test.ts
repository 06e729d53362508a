import { describe, expect, it } from 'vitest';
import { checkOrigin } from './origin.ts';

describe('checkOrigin', () => {
  it.each([
    ['127.0.0.1:4700', undefined],
    ['localhost:4700', 'http://localhost:4700'],
    ['LOCALHOST:4700', 'http://localhost:4700'],
    ['[::1]:4700', 'http://[::1]:4700'],
    ['localhost', 'http://localhost'],
  ])('lets %s with origin %s in', (host, origin) => {
    expect(() => checkOrigin({ host, origin })).not.toThrow();
  });

  it.each([
    [undefined, undefined],
    ['evil.example', undefined],
    ['evil.example:4700', 'http://evil.example:4700'],
    ['127.0.0.1.evil.example:4700', undefined],
    ['localhost:4700', 'http://evil.example'],
    ['localhost:4700', 'http://localhost:8080'],
    ['localhost:4700', 'null'],
    ['localhost:4700', ''],
  ])('refuses %s with origin %s', (host, origin) => {
    expect(() => checkOrigin({ host, origin })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});
