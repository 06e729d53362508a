/** Bounds of what is made of one document. */
export const passageLimits = {
  /** Of UTF-8: a few sentences, which is what an answer quotes. */
  maxBytes: 500,
  /** A rest of a section that is added to the passage before, which is then longer by so much. */
  maxRestBytes: 120,
  maxHeadingLength: 200,
  maxHeadingDepth: 7,
  maxPassages: 500,
};
