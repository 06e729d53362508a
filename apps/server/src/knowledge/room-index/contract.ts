/** A piece of a document or of what was said, as it is put in. */
export interface Passage {
  /** What it is from: a document's ID, or what stands for the transcript. */
  source: string;
  /** The headings above it, joined; its words count as the passage's own. Empty where there are none. */
  heading: string;
  /** From 1; 0 where there are no pages. */
  page: number;
  /** Where it begins and ends in its source: characters of a document, milliseconds of a meeting. */
  start: number;
  end: number;
  text: string;
}

export interface NewPassage extends Passage {
  /** Its embedding, of any length but 0; null until there is one, or where no model is configured. */
  vector: Float32Array | null;
}

/** Bits of a number of a packed vector; 0 for a room without vectors. */
export type Bits = 0 | 4 | 8;

export interface RoomShape {
  /** Numbers in a vector; 0 for a room without. */
  dims: number;
  bits: Bits;
}

export interface Scored {
  /** The passage's place in the room, from 0; it keeps it as long as passages are only appended. */
  row: number;
  score: number;
}

export interface Hit extends Passage, Scored {
  /** Ranks from 1 in each of the lists that were fused; null where it isn't in it. */
  textRank: number | null;
  vectorRank: number | null;
}

export interface Found {
  hits: Hit[];
  /** False where the 32-bit vectors could not be read: the order is then that of the packed ones. */
  rescored: boolean;
}

export interface Question {
  text: string;
  vector: Float32Array | null;
  /** How many hits at most. */
  k: number;
}
