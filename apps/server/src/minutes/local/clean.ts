/** Takes transcriber marks out and sets the spacing of punctuation right. Suits any language. */
export function withoutMarks(text: string): string {
  return inSteps(text, [...marks, ...spacing]).trim();
}

/**
 * Makes one sentence of speech readable: stutters and false starts go, in English fillers too; words that carry meaning
 * stay, in their order. Takes a text without marks.
 */
export function cleanSpeech(sentence: string, english: boolean): string {
  const unfilled = english ? inSteps(sentence, fillers) : sentence;
  return inSteps(withoutStutters(unfilled, english), tidying).trim();
}

/** Takes what only leads into or out of a sentence away ("Okay, so I think that …, you know") and capitalises it. */
export function asStatement(sentence: string): string {
  let statement = sentence.trim();
  for (let before = ''; before !== statement;) {
    before = statement;
    statement = statement.replace(leadIn, '').replace(leadOut, '$1');
  }
  statement = statement.replace(/^[\s,;:–—-]+/, '').replace(/[\s,;:–—-]+([.?!]?)$/, '$1');
  if (!statement) return '';
  const first = statement[0]!.toLocaleUpperCase() + statement.slice(1);
  return /[.?!…]["'”’)]?$/.test(first) ? first : `${first}.`;
}

function inSteps(text: string, steps: readonly Step[]): string {
  return steps.reduce((changed, [pattern, replacement]) => changed.replace(pattern, replacement), text);
}

type Step = readonly [RegExp, string];

const marks: readonly Step[] = [
  [/\{[^{}]{0,60}\}|\[[^[\]]{0,60}\]|<[^<>]{0,60}>|♪+/g, ' '],
  [
    /\((?:laugh\w*|laughter|pause|inaudible|unintelligible|applause|crosstalk|coughs?|sighs?|music|noise|silence)[^()]{0,40}\)/gi,
    ' ',
  ],
  // Spelled letters, as transcribers write them: T_V_ is TV.
  [/(?<=\b[A-Z](?:_[A-Z])*)_/g, ''],
];

const spacing: readonly Step[] = [
  [/\s+/g, ' '],
  [/ (n't|'(?:s|m|re|ve|ll|d)\b)/gi, '$1'],
  [/(\w) - (?=\w)/g, '$1-'],
  [/ ([.,;:?!])/g, '$1'],
];

const edge = String.raw`(?<![\p{L}\p{N}'-])`;
const end = String.raw`(?![\p{L}\p{N}'-])`;
const fillers: readonly Step[] = [
  // Small engines write everything in lower case.
  [/(?<![\p{L}\p{N}'’.-])i(?=$|[\s,.?!]|['’](?:m|ll|ve|d)\b)/gu, 'I'],
  [new RegExp(`${edge}(?:u+h+|u+m+|e+r+m?|a+h+|h+m+|m+-?hm+|u+h-hu+h|mm+|hmm+|huh|eh)${end},?`, 'giu'), ' '],
  [/, ?(?:you know|i mean|i guess|like|sort of|kind of),/gi, ''],
  [
    new RegExp(
      `(^|[,;.?!] ?)(?:you know|i mean|i guess|like|sort of|kind of|or something|or whatever)${end}(?=,| ?[.?!]|$),?`,
      'giu',
    ),
    '$1',
  ],
  [new RegExp(`${edge}(?:you know|i mean),? (?=\\p{L})`, 'giu'), ' '],
  [
    new RegExp(
      `(?<!(?:what|this|that|some|any|same|other|every|another|one|a|the|these|those|which) )${edge}(?:sort|kind) of (?!(?:thing|stuff)s?\\b)`,
      'giu',
    ),
    '',
  ],
];

const tidying: readonly Step[] = [
  [/\s+/g, ' '],
  [/ ([.,;:?!])/g, '$1'],
  [/([,;:])(?:\s*[,;:])+/g, '$1'],
  [/[,;:]\s*([.?!])/g, '$1'],
  [/([.?!])(?:\s*[.,])+/g, '$1'],
  [/^[\s,;:.!?-]+/, ''],
];

/** Said before a sentence begins; the words of the second kind only where a comma or a stop shows it ("no one" stays). */
const leadIn =
  /^(?:[\s,;:–—-]+|(?:(?:okay|ok|well|yeah|yep|oh|and|but|anyway|anyways|basically|actually|cause|cuz|i mean|you know|i guess|i think(?: that)?|i suppose|so(?! (?:far|that|much|many|long|called)\b))(?=[\s,;:.!–—-])|(?:yes|no|right|alright|all right|now|then|also|obviously|like|because|let's see|sure|cool|great|good|fine|thanks|thank you|thank you very much|sorry|hi|hello|first of all|again|however)(?=[,;:.!–—]))[,.;:!]?)\s*/i;
const leadOut =
  /(?:,?\s+(?:or something|or whatever|you know|i guess|i think|i mean|and so on|and|but|so|or|because|the|a|to|of)|,\s*(?:though|right|okay|yeah|no))([.?!]?)$/i;

const shortWords = new Set(
  'a i am an as at be by do go he hi if in is it me my no of oh ok on or so to up us we the and all are but can did for get got had has her him his how its let may not now off old one our out own put run say see set she too try two use was way who why yes yet you'.split(
    ' ',
  ),
);

/** "the the", "we could we could", "I, I think", "s stuff", "compu- computer": the later start is the one that was meant. */
function withoutStutters(text: string, english: boolean): string {
  const words = text.split(' ').filter((word) => word !== '');
  const kept: string[] = [];
  for (const [index, word] of words.entries()) {
    if (english && isBrokenOff(word, words.slice(index + 1, index + 3))) continue;
    kept.push(word);
    for (let length = 4; length >= 1; length -= 1) {
      if (repeats(kept, length)) {
        kept.splice(kept.length - 2 * length, length);
        break;
      }
    }
  }
  return kept.join(' ');
}

function isBrokenOff(word: string, next: readonly string[]): boolean {
  if (/\p{L}-$/u.test(word)) return true;
  if (!/^[a-z]{1,4}$/.test(word) || shortWords.has(word)) return false;
  return word.length === 1 || next.some((later) => later.length > word.length && later.toLowerCase().startsWith(word));
}

function repeats(words: readonly string[], length: number): boolean {
  const from = words.length - 2 * length;
  if (from < 0) return false;
  for (let at = 0; at < length; at += 1) {
    const earlier = bare(words[from + at]!);
    if (!earlier || earlier !== bare(words[from + length + at]!)) return false;
    if (/[.?!]$/.test(words[from + at]!)) return false;
  }
  return length > 1 || !meantTwice.has(bare(words[from]!));
}

const meantTwice = new Set(['very', 'really', 'had', 'that', 'so', 'much', 'many', 'bye', 'long', 'far']);

function bare(word: string): string {
  return word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}
