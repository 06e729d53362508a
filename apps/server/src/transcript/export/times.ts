/** `4:05`, or `1:04:05` from an hour on. */
export function clockTime(ms: number): string {
  const { hours, minutes, seconds } = split(ms);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** `00:04:05.250`, with the separator before the milliseconds. */
export function cueTime(ms: number, separator: '.' | ','): string {
  const { hours, minutes, seconds } = split(ms);
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${separator}${String(ms % 1000).padStart(3, '0')}`;
}

/** `40 s`, `12 min`, `1 h 05 min`. */
export function lengthOf(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1000))} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

export function dateOf(epochMs: number): string {
  return new Date(epochMs).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });
}

function split(ms: number) {
  const seconds = Math.floor(ms / 1000);
  return { hours: Math.floor(seconds / 3600), minutes: Math.floor(seconds / 60) % 60, seconds: seconds % 60 };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
