import type { People } from './people.ts';
import { taskIn } from './task-verbs.ts';

/** Words by which somebody takes, gives or names a task. */
export interface Commitment {
  /** `promise`: the speaker's own; `request`: put to a listener; `assignment`: given by name; `need`: nobody's yet. */
  kind: 'promise' | 'request' | 'assignment' | 'need';
  /** From the verb on. */
  task: string;
  /** Only where the words name somebody. */
  owner: string | null;
  /** 0 (any verb, hedged) to 3. */
  strength: number;
}

const adverb = String.raw`(?:(?:also|then|just|definitely|probably|certainly|actually|quickly|please|try to|try and|go and|go ahead and|have to|need to|be able to) )*`;
const given = String.raw`(?:will|'ll|is going to|is gonna|should|needs to|has to|must|can|could you|can you|would you|will you|please|gonna|you(?:'ll| will|'re (?:going to|gonna)| are (?:going to|gonna)| need to| should| have to| could| can))`;

/** Each ends where the verb begins. */
const kinds = [
  {
    kind: 'request',
    before: new RegExp(
      String.raw`\b(?:(?:can|could|would|will) you |(?:you|you guys|you all)(?:'ll| will|'re (?:going to|gonna)| are (?:going to|gonna)| should| need to| have to| must|'ll (?:need|have) to) |please )${adverb}`,
      'gi',
    ),
    strength: 1,
  },
  {
    kind: 'promise',
    before: new RegExp(
      String.raw`\b(?:i'll|i will|i shall|i'm going to|i am going to|i'm gonna|i (?:just |still |also )*(?:need to|have to|must)|i can|i could|let me) ${adverb}`,
      'gi',
    ),
    strength: 1.5,
  },
  {
    kind: 'need',
    before: new RegExp(
      String.raw`\b(?:we|someone|somebody) (?:(?:really|still|also|definitely|probably) )*(?:need to|have to|must|should|ought to|'ll have to|will have to|'ll need to|needs to|has to) ${adverb}`,
      'gi',
    ),
    strength: 1,
  },
] as const;
const assignmentStrength = 1.5;

/** Said to be a task in so many words. */
const explicit =
  /\b(?:action items?|to-?dos?|action points?|action for \S+|homework)\b(?: (?:is|are|for \S+ is))?[:,]? (?:to )?(.{8,})$/i;
const explicitStrength = 3;

/** No task: done already, done now, imagined, refused. */
const unreal =
  /\b(?:if (?:i|we|you)|i can (?:see|hear|imagine|understand)|right now|at the moment|in a (?:second|moment|minute)|for example|for instance|would have|could have|should have|(?:what|how|why|where|whatever) (?:i|we|you)(?:'m|'ll|'re| will| can| should| have)|don't (?:need|have) to|can't|cannot|won't|not going to|never mind|let me (?:just )?(?:check|see|think|look|ask|show|start|get|make|do|read|give|put|add|present|set|move|try|finish|continue))\b/i;
const hedge = /\b(?:maybe|perhaps|possibly|might|would be nice|i guess|i suppose|could|probably|kind of)\b/i;
/** Short of words, these are done here and now, in front of everyone. */
const atOnce = /^(?:do|make|give|show|present|start|continue|run|get|set|read|move|add|ask|look at)\b.{0,25}$/i;

/** Somebody who may not have spoken. */
const anyName = String.raw`\p{Lu}\p{Ll}+`;
const noNames = new Set(
  'It He She They We You This That These Those There What Who Which When Where How Why Someone Somebody Everyone Everybody Nobody Anyone One People And But So Or If Then The Please Maybe Now All Not Also'.split(
    ' ',
  ),
);

/** Gives a function that finds what a sentence has somebody do; null where it gives nobody anything to do. */
export function commitmentFinder(people: People): (sentence: string) => Commitment | null {
  const { pattern } = people;
  const names = pattern === null ? anyName : `${pattern}|${anyName}`;
  const assignment = new RegExp(String.raw`(?<!\p{L}|\p{Lu}\p{L}* )(${names}),? ${given} ${adverb}`, 'gu');
  const vocative =
    pattern === null
      ? null
      : new RegExp(`(?:^(?:.*\\b(?:as|for) (?:the|our|my) )?(${pattern}),|, (${pattern})[.?!]*$)`, 'u');

  function assigned(sentence: string): Commitment | null {
    for (const found of sentence.matchAll(assignment)) {
      const name = found[1]!;
      const owner = people.named(name) ?? (people.isName(name) && !noNames.has(name) ? name : null);
      const task = owner === null ? null : taskIn(sentence.slice(found.index + found[0].length));
      if (task) {
        return { kind: 'assignment', task: task.text, owner, strength: strengthOf(sentence, task, assignmentStrength) };
      }
    }
    return null;
  }

  return (sentence) => {
    const told = explicit.exec(sentence);
    if (told) return { kind: 'need', task: told[1]!, owner: null, strength: explicitStrength };
    if (unreal.test(sentence)) return null;
    const byName = assigned(sentence);
    if (byName) return byName;
    for (const { kind, before, strength } of kinds) {
      if (kind !== 'request' && sentence.endsWith('?')) continue;
      for (const found of sentence.matchAll(before)) {
        const task = taskIn(sentence.slice(found.index + found[0].length));
        if (!task) continue;
        const called = kind === 'request' ? vocative?.exec(sentence) : null;
        const owner = called ? people.named(called[1] ?? called[2]!) : null;
        return { kind, task: task.text, owner, strength: strengthOf(sentence, task, strength) };
      }
    }
    return null;
  };
}

function strengthOf(sentence: string, { text, isWeak }: { text: string; isWeak: boolean }, base: number): number {
  if (atOnce.test(text)) return 0;
  return base + (isWeak ? 0 : 1) - (hedge.test(sentence) ? 1 : 0);
}
