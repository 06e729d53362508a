/** How instances that share rooms wait for each other, and what they remember. */
export const sharingLimits = {
  /** From a forwarded question to the end of its answer; a model may be asked for it. */
  forwardMs: 90_000,
  /** Clocks of two instances may differ by so much. */
  maxClockSkewMs: 60_000,
  /** Ways tried for one question, where owners change under it. */
  maxTries: 4,
  /** How often the lease of an instance that doesn't answer is looked at until it is over. */
  pollMs: 250,
  /** From a save to the copy's being put, so that several in a row make one. */
  putDelayMs: 500,
  /** Rooms that are packed and sent at once: each is in memory as a whole meanwhile. */
  putsAtOnce: 2,
  /** Meetings whose copies wait to be put, or to be removed; beyond, the oldest is left for the next change. */
  maxPending: 10_000,
  /** How often the time of a copy is begun anew while its room is in memory. */
  copyRefreshMs: 6 * 3600_000,
  /** A live meeting whose room is elsewhere is taken back at most so often. */
  changeEveryMs: 5000,
  /** Of Redis's memory, from which on there is a warning. */
  warnAtUtilization: 0.9,
  /** What a stop waits for. */
  stopMs: 3000,
} as const;
