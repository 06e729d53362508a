/** How much one track may have on the way: it grows while answers are quick and shrinks when they are slow. */
export interface SendWindow {
  bytes(): number;
  /** How long the last answer took; 0 before the first. */
  answerMs(): number;
  answered(tookMs: number): void;
}

const firstBytes = 64 * 1024;
const quickMs = 1_000;
const slowMs = 4_000;

export function createSendWindow(maxBytes: number): SendWindow {
  let bytes = Math.min(firstBytes, maxBytes);
  let answerMs = 0;
  return {
    bytes: () => bytes,
    answerMs: () => answerMs,
    answered(tookMs) {
      answerMs = tookMs;
      if (tookMs <= quickMs) bytes = Math.min(maxBytes, bytes * 2);
      else if (tookMs >= slowMs) bytes = Math.max(Math.min(firstBytes, maxBytes), bytes / 2);
    },
  };
}
