import type { Language } from './words.ts';

/**
 * How well a sentence stands by itself in a summary, as a factor around 1. The weights are round on purpose: each only
 * says which way a well-known sign points, and none was fitted to transcripts.
 */
export function quality(text: string, words: readonly string[], position: number, language: Language): number {
  let factor = position < earlyShare ? 1.5 : 1;
  if (!language.english) return factor;
  if (cue.test(text)) factor *= 1.5;
  if (dangling.test(text)) factor *= 0.7;
  factor *= 1 - Math.min(0.5, 2 * shareIn(words, personal));
  factor *= 0.7 + Math.min(0.6, 1.5 * shareIn(words, linking));
  return factor;
}

/** The agenda and the reason for the meeting come first. */
const earlyShare = 0.05;

/** Whether someone says what the meeting is for. */
export function statesPurpose(text: string): boolean {
  return purpose.test(text);
}

const purpose =
  /\b(?:this is (?:the|a|our) (?:\S+ ){0,4}(?:meeting|session|call|interview|workshop|hearing|review|retrospective|stand-?up)|we(?:'re| are) here (?:for|to|today)|(?:today|this (?:morning|afternoon|evening)),? (?:we|i)(?:'re|'ll| are| will|'m| am| want| would)|(?:today's|this|the) (?:meeting|session|call|agenda|committee|evidence session)(?:'s)? (?:is|will|today|covers|for)|(?:on|for|at) (?:the|our|today's) agenda|(?:purpose|goal|aim|objective|topic) (?:of|for) (?:this|the|today's|our) (?:meeting|session|call)|(?:to|this meeting to) discuss the|welcome to the (?:\S+ ){0,8}(?:meeting|session|committee|hearing|call))\b/i;

/** Words by which speakers point at what matters (Edmundson's cue method). */
const cue =
  /\b(?:agenda|today|th(?:is|e) meeting|next meeting|decided?|decision|agreed?|conclu(?:de|sion)s?|summar\w+|recap|propos\w+|suggest\w*|present\w*|discuss\w*|important|the (?:main|first|second|other|next|last) (?:thing|point|issue|question|problem|idea|item)|purpose|goal|aim|plan|we (?:need|have) to|we should|the idea)\b/i;

/** Begins with a word that needs the sentence before it. */
const dangling =
  /^(?:that|this|it|he|she|they|those|these|there|which|who|here|to|with|of|for|if|because|rather|just|than)\b/i;

const personal = new Set(
  "i you me my your i'm i'd i've i'll you're you've you'd it's that's there's he's she's don't gonna wanna yeah thing things stuff something really just like know think mean".split(
    ' ',
  ),
);
/** Frequent where things are put in relation to each other, rare in chat. */
const linking = new Set('the of and to in for on by with from as or its their which'.split(' '));

function shareIn(words: readonly string[], set: ReadonlySet<string>): number {
  return words.length === 0 ? 0 : words.filter((word) => set.has(word)).length / words.length;
}
