import type { Packet, PacketSource, ParserOptions } from './packet.ts';
import type { PayloadCollector } from './payload.ts';

/** One call's worth of a track's bytes, and what was found in it. */
export interface Scan<State> {
  state: State;
  bytes: Uint8Array;
  pos: number;
  out: Packet[];
  packets: PacketSource;
  payload: PayloadCollector;
  onDamage: ParserOptions['onDamage'];
}

/**
 * Takes steps through the bytes, which begin at `state.at`, until one needs more than there are; moves `state.at` past
 * what was read. What is refused is passed over.
 */
export function scanAll<Of extends Scan<{ at: number; refused: string | null }>>(
  scan: Of,
  step: (scan: Of) => boolean,
): Packet[] {
  const { state, bytes } = scan;
  const base = state.at;
  scan.packets.begin();
  while (state.refused === null && step(scan)) state.at = base + scan.pos;
  state.at = base + (state.refused === null ? scan.pos : bytes.length);
  return scan.out;
}
