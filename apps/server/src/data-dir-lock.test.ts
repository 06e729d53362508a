import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockDataDir } from './data-dir-lock.ts';

it('lets one holder in at a time', () => {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-lock-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const unlock = lockDataDir(dir);
  expect(() => lockDataDir(dir)).toThrow(/Another Hansard is running/);
  unlock();
  lockDataDir(dir)();
});
