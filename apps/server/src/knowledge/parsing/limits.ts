/** Bounds of one file and of the process that reads it. */
export const parsingLimits = {
  /** Where the caller sets no other. */
  maxFileBytes: 10 * 2 ** 20,
  /** Pages behind these are left out, and counted. */
  maxPages: 2000,
  /** Characters. Pages behind these are left out; a kind without pages is refused. */
  maxTextLength: 8 * 2 ** 20,
  maxPageTextLength: 2 ** 20,
  /** Elements of HTML or XML within each other. */
  maxDepth: 2000,
  maxZipEntries: 10_000,
  /** Of one file in a ZIP, unpacked; declared or real. */
  maxPartBytes: 64 * 2 ** 20,
  /** Of all files of a ZIP that are read. */
  maxUnpackedBytes: 128 * 2 ** 20,
  /** What a child may print: 500 passages with their headings are less than 1 MB. */
  maxOutputBytes: 4 * 2 ** 20,
  deadlineMs: 120_000,
  /** Of the processor; it also ends a child whose server has died. */
  cpuSeconds: 90,
  /** Of V8's heap; what libraries hold outside it is under the limit of data. */
  heapMb: 64,
  /** Private writable memory, as the kernel counts it (`RLIMIT_DATA`), without V8's reserve for code. */
  dataMb: 160,
};
