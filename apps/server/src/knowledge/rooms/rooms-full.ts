import { AppError } from '../../errors.ts';
import { roomsLimits } from './limits.ts';

/** Why a room does not fit: it never will, all others are live or in use, or memory is short. */
export type FullReason = 'larger-than-all' | 'in-use' | 'memory';

/** The refusal, with what to do about it. */
export function roomsFull(
  reason: FullReason,
  { bytes, budgetBytes }: { bytes: number; budgetBytes: number },
): AppError {
  return new AppError('ROOMS_FULL', messageOf(reason, mb(bytes), mb(budgetBytes)), {
    retryAfterMs: roomsLimits.retryAfterMs,
  });
}

function messageOf(reason: FullReason, needs: string, budget: string): string {
  switch (reason) {
    case 'larger-than-all':
      return `This meeting's documents take ${needs} MB of memory, and all rooms together may have ${budget} MB. Delete documents, or give rooms more memory (HANSARD_ROOMS_BYTES).`;
    case 'in-use':
      return `All memory for rooms (${budget} MB) is taken by meetings that are live or being asked. Ask again in a few seconds; where that happens often, give rooms more memory (HANSARD_ROOMS_BYTES).`;
    case 'memory':
      return `Memory is short, and this meeting's documents take ${needs} MB of it. Ask again in a few seconds; where that happens often, give the server more memory.`;
  }
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0);
}
