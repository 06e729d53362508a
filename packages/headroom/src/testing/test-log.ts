import type { Log } from '../contracts.ts';

export interface TestLog extends Log {
  readonly lines: { readonly fields: Record<string, unknown>; readonly message: string; readonly at: keyof Log }[];
  messages(): string[];
}

/** Keeps what is written. */
export function createTestLog(): TestLog {
  const lines: TestLog['lines'] = [];
  const write = (at: keyof Log) => (fields: object, message: string) =>
    void lines.push({ at, fields: { ...fields }, message });
  return {
    lines,
    messages: () => lines.map(({ message }) => message),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}
