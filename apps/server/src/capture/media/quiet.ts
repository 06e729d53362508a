/** Loudness as an encoder with a variable rate shows it: what it spends on 20 ms, in speech and between. */
export interface QuietState {
  /** Bytes per 20 ms in the louder half of what came lately; null before the first. */
  loud: number | null;
  floor: number;
}

/** Packets are put together until they last so long: one packet of Chrome's, three of most other encoders. */
export const slotSamples = 2880;

/** Shares of the way to a new value that a level goes in one slot: fast towards its own side, slow away from it. */
const loudRise = 0.2;
const loudFall = 0.01;
const floorFall = 0.3;
const floorRise = 0.015;
/** A slot is quiet below this share of the way from floor to loud, by its size alone. */
const quietBelow = 0.4;
/** The same where the encoder's voice detector says that nobody speaks, and where it says that somebody does. */
const quietBelowUnvoiced = 0.45;
const quietBelowVoiced = 0.2;
/** Nobody speaks in so few bytes per 20 ms, 4 kbit/s: it is silence, or a microphone that was muted. */
const silentBelow = 10;
/** Levels closer than this share of the louder one are one level: nothing stands out as a pause. */
const leastContrast = 0.12;

interface SlotLoudness {
  bytes: number;
  samples: number;
  voiced: boolean | null;
}

/** Whether nobody seems to speak in a slot, judged by its size against what came before it; moves the levels on. */
export function judgeQuiet(state: QuietState, { bytes, samples, voiced }: SlotLoudness): boolean {
  const rate = bytesPer20Ms(bytes, samples);
  if (state.loud === null) {
    state.loud = rate;
    state.floor = rate;
  }
  state.loud += (rate - state.loud) * (rate > state.loud ? loudRise : loudFall);
  state.floor += (rate - state.floor) * (rate < state.floor ? floorFall : floorRise);
  if (rate < silentBelow) return true;
  const contrast = state.loud - state.floor;
  if (contrast < state.loud * leastContrast) return false;
  const share = voiced === null ? quietBelow : voiced ? quietBelowVoiced : quietBelowUnvoiced;
  return rate < state.floor + share * contrast;
}

/** How much less a slot took than a loud one of its length would, in bytes per 20 ms. */
export function bytesSaved({ loud }: QuietState, { bytes, samples }: SlotLoudness): number {
  return (loud ?? 0) - bytesPer20Ms(bytes, samples);
}

function bytesPer20Ms(bytes: number, samples: number): number {
  return (bytes * 960) / samples;
}
