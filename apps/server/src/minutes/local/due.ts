/** When something is to be done: as it was said, and as a date where it can be worked out. */
export interface Due {
  text: string;
  /** `YYYY-MM-DD`; null where the words name no day, or the meeting's day is not known. */
  date: string | null;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = 'january february march april may june july august september october november december'.split(' ');
const numbers = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

const weekday = `(?:${weekdays.join('|')})`;
const month = `(?:${months.join('|')})`;
const count = `(?:an?|\\d{1,2}|${numbers.slice(1).join('|')}|a couple of|a few)`;
const before = `(?:by|before|until|till|due|on|for|no later than)`;

/** In the order in which they are tried: the longer form of the same words first. */
const expressions: readonly { pattern: RegExp; dateOf: (found: RegExpExecArray, today: Date) => Date | null }[] = [
  {
    pattern: /\b(\d{4})-(\d\d)-(\d\d)\b/i,
    dateOf: ([, year, mon, day]) => dayOf(Number(year), Number(mon) - 1, Number(day)),
  },
  {
    pattern: /\b(?:the )?end of (?:the |this |next )?(?:day|week|month|quarter|year)\b/i,
    dateOf: ([text], today) => endOf(text.toLowerCase(), today),
  },
  {
    pattern: new RegExp(`\\b(?:the )?(\\d{1,2})(?:st|nd|rd|th)? (?:of )?(${month})\\b`, 'i'),
    dateOf: ([, day, name], today) => inMonth(months.indexOf(name!.toLowerCase()), Number(day), today),
  },
  {
    pattern: new RegExp(`\\b(${month}) (?:the )?(\\d{1,2})(?:st|nd|rd|th)?\\b`, 'i'),
    dateOf: ([, name, day], today) => inMonth(months.indexOf(name!.toLowerCase()), Number(day), today),
  },
  {
    pattern: new RegExp(`(?<=\\b${before} )the (\\d{1,2})(?:st|nd|rd|th)\\b`, 'i'),
    dateOf: ([, day], today) => {
      const ahead = Number(day) > today.getDate() ? 0 : 1;
      return dayOf(today.getFullYear(), today.getMonth() + ahead, Number(day));
    },
  },
  {
    pattern: new RegExp(
      `(?<!\\b(?:last|every|each|past|previous) )\\b(?:(this|next|coming) )?(${weekday})(?: (?:morning|afternoon|evening))?\\b(?!s)`,
      'i',
    ),
    dateOf: ([, which, name], today) => onWeekday(weekdays.indexOf(name!.toLowerCase()), which?.toLowerCase(), today),
  },
  { pattern: /\b(?:the )?day after tomorrow\b/i, dateOf: (_, today) => later(today, 2) },
  { pattern: /\btomorrow(?: (?:morning|afternoon|evening|night))?\b/i, dateOf: (_, today) => later(today, 1) },
  { pattern: /\b(?:tonight|this (?:morning|afternoon|evening)|later today)\b/i, dateOf: (_, today) => today },
  {
    pattern: /(?<=\b(?:by|before|until|till) )(?:today|noon|midnight|lunch|lunchtime)\b/i,
    dateOf: (_, today) => today,
  },
  {
    pattern: new RegExp(`\\b(?:in|within) (${count}) (days?|weeks?|months?)\\b`, 'i'),
    dateOf: ([, amount, unit], today) => after(amount!.toLowerCase(), unit!.toLowerCase(), today),
  },
  // By next week is by its last working day.
  { pattern: /\b(?:next|this) week\b/i, dateOf: ([text], today) => endOf(text.toLowerCase(), today) },
  { pattern: /\bnext month\b/i, dateOf: ([text], today) => endOf(text.toLowerCase(), today) },
  {
    pattern:
      /\b(?:by|before|until|till|for|at|in) (?:the|our) next (?:meeting|session|call|sprint|review|stand-?up)\b/i,
    dateOf: () => null,
  },
];

/** The first time named in the text. `today` is the day of the meeting, by the calendar of the machine; null where not known. */
export function dueIn(text: string, today: Date | null): Due | null {
  for (const { pattern, dateOf } of expressions) {
    const found = pattern.exec(text);
    if (!found) continue;
    const date = today && dateOf(found, today);
    return {
      text: found[0].replace(/^(?:by|before|until|till|for|at|in) (?=the|our)/i, ''),
      date: date ? isoDay(date) : null,
    };
  }
  return null;
}

function isoDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Null where the month has no such day. */
function dayOf(year: number, monthIndex: number, day: number): Date | null {
  const date = new Date(year, monthIndex, day);
  return date.getDate() === day ? date : null;
}

function later(today: Date, days: number): Date {
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() + days);
}

function inMonth(monthIndex: number, day: number, today: Date): Date | null {
  const thisYear = dayOf(today.getFullYear(), monthIndex, day);
  const passed = thisYear !== null && thisYear < later(today, 0);
  return passed ? dayOf(today.getFullYear() + 1, monthIndex, day) : thisYear;
}

/** "Friday" is the next one to come; "next Friday" is that of next week, which begins on Monday. */
function onWeekday(day: number, which: string | undefined, today: Date): Date {
  if (which === 'next') return later(today, 7 - fromMonday(today.getDay()) + fromMonday(day));
  const ahead = (day - today.getDay() + 7) % 7;
  return later(today, ahead === 0 && which !== 'this' ? 7 : ahead);
}

function fromMonday(day: number): number {
  return (day + 6) % 7;
}

function endOf(text: string, today: Date): Date {
  const next = /\bnext\b/.test(text) ? 1 : 0;
  if (text.endsWith('day')) return today;
  if (text.endsWith('week'))
    return later(today, 4 - fromMonday(today.getDay()) + 7 * next + (isWeekend(today) && !next ? 7 : 0));
  if (text.endsWith('month')) return new Date(today.getFullYear(), today.getMonth() + 1 + next, 0);
  if (text.endsWith('quarter'))
    return new Date(today.getFullYear(), (Math.floor(today.getMonth() / 3) + 1 + next) * 3, 0);
  return new Date(today.getFullYear() + next, 12, 0);
}

function isWeekend(date: Date): boolean {
  return date.getDay() === 0 || date.getDay() === 6;
}

function after(amount: string, unit: string, today: Date): Date | null {
  if (amount === 'a few') return null;
  const many =
    amount === 'a couple of' ? 2 : /^an?$/.test(amount) ? 1 : Math.max(Number(amount) || 0, numbers.indexOf(amount));
  if (unit.startsWith('month')) return new Date(today.getFullYear(), today.getMonth() + many, today.getDate());
  return later(today, unit.startsWith('week') ? 7 * many : many);
}
