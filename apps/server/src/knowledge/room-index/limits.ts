/** What a room's index may hold; beyond is `TOO_LARGE` when it is built, and damaged when it is read. */
export const roomIndexLimits = {
  maxPassages: 16_384,
  maxDims: 4096,
  maxTextBytes: 8192,
  maxHeadingBytes: 1024,
  maxSourceBytes: 256,
  maxPackedBytes: 64 * 2 ** 20,
  /** Passages in the segment beside the packed one; the next append folds it in. */
  maxTailPassages: 64,
  maxResults: 256,
  maxQueryBytes: 4096,
  maxQueryWords: 64,
};
