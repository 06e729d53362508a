const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** A place in a meeting: `0:07`, `12:31`, `1:02:03`. */
export function clock(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / secondMs));
  const seconds = String(whole % 60).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** A length of time in words: `42 s`, `12 min`, `1 h 5 min`. Never "0 s": the least is one second. */
export function duration(ms: number): string {
  if (ms < minuteMs) return `${Math.max(1, Math.round(ms / secondMs))} s`;
  const minutes = Math.round(ms / minuteMs);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `duration` for assistive technology and `<time datetime>`: ISO 8601. */
export function isoDuration(ms: number): string {
  return `PT${Math.max(0, Math.round(ms / secondMs))}S`;
}

/** When a meeting was: `Today, 14:05`, `Yesterday, 09:30`, `Tue 4 Mar, 09:30`, with the year where it is another. */
export function when(epochMs: number, now: number, locale?: string): string {
  const then = new Date(epochMs);
  return `${day(then, new Date(now), locale)}, ${formats(locale).time().format(then)}`;
}

function day(then: Date, now: Date, locale: string | undefined): string {
  const days = Math.round((startOfDay(now) - startOfDay(then)) / (24 * hourMs));
  if (days === 0 || days === 1) {
    const word = formats(locale).relative().format(-days, 'day');
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  const { date, dateWithYear } = formats(locale);
  return (then.getFullYear() === now.getFullYear() ? date() : dateWithYear()).format(then);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Making a format takes milliseconds, using it microseconds: they are kept, for one locale at a time. */
let kept: { locale: string | undefined; formats: ReturnType<typeof makeFormats> } | undefined;

function formats(locale: string | undefined): ReturnType<typeof makeFormats> {
  if (!kept || kept.locale !== locale) kept = { locale, formats: makeFormats(locale) };
  return kept.formats;
}

/** Each is made when it is first used. */
function makeFormats(locale: string | undefined) {
  const date = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  return {
    time: once(() => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })),
    date: once(() => new Intl.DateTimeFormat(locale, date)),
    dateWithYear: once(() => new Intl.DateTimeFormat(locale, { ...date, year: 'numeric' })),
    relative: once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })),
  };
}

function once<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
