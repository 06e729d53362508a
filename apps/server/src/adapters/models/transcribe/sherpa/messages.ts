import type { EngineErrorKind, TranscribedLine } from '../contract.ts';
import type { SherpaModelConfig } from './model-layout.ts';

/** What the server asks of its child, and what it answers. Sound is a whole Ogg/Opus file. */
export type SherpaTask =
  | { task: 'transcribe'; audio: Uint8Array; model: SherpaModelConfig; threads: number }
  | { task: 'detect-speech'; audio: Uint8Array; vadModelFile: string };

export type SherpaAsk = SherpaTask & { id: number };

export type SherpaAnswer =
  | { id: number; lines: TranscribedLine[] }
  | { id: number; speechMs: number }
  | { id: number; failure: { kind: EngineErrorKind; message: string } };
