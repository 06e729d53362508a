const units = ['bytes', 'KB', 'MB', 'GB'] as const;

/** `512 bytes`, `3.4 MB`: powers of 1024, at most one decimal. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}
