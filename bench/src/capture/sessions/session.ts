import type { Speech } from '../../load/speech.ts';
import type { Meter } from '../meter.ts';

/** One recorder (and its viewer) of one of the servers that are compared. */
export interface Session {
  /** Connected to its meeting, with nothing to record. */
  connect(): Promise<void>;
  /** Ready to record; nothing sent. */
  open(): Promise<void>;
  /** Sees what is transcribed from here on, as `viewers` says. */
  watch(): Promise<void>;
  /** One more second of speech was recorded. */
  tick(): void;
  /** Resolves when nothing waits for an answer. */
  settled(): Promise<void>;
  /** After the server was killed and started again: what it had acknowledged and does not have. */
  findLoss(): Promise<Loss>;
  close(): void;
}

export interface Loss {
  /** Acknowledged bytes that are gone. */
  lostBytes: number;
  /** Acknowledged bytes that are on disk, and that nothing will ever transcribe. */
  forgottenBytes: number;
  acknowledgedBytes: number;
}

/** `apart`: a second person, over a connection of their own; `page`: the recorder itself, as a page that records does. */
export type Viewers = 'apart' | 'page';

export interface SessionOptions {
  url: string;
  dataDir: string;
  /** Unique in the run. */
  name: string;
  viewers: Viewers;
  speech: Speech;
  meter: Meter;
}
