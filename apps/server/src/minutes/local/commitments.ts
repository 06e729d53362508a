import type { People } from './people.ts';

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

/** "You'll be working on" gives the task to work on. */
const gerunds: Readonly<Record<string, string>> = {
  arranging: 'arrange',
  asking: 'ask',
  building: 'build',
  calling: 'call',
  checking: 'check',
  collecting: 'collect',
  contacting: 'contact',
  designing: 'design',
  developing: 'develop',
  doing: 'do',
  drafting: 'draft',
  finishing: 'finish',
  'following up': 'follow up',
  'looking at': 'look at',
  'looking into': 'look into',
  making: 'make',
  organising: 'organise',
  organizing: 'organize',
  preparing: 'prepare',
  presenting: 'present',
  putting: 'put',
  reviewing: 'review',
  sending: 'send',
  'setting up': 'set up',
  'taking care of': 'take care of',
  'talking to': 'talk to',
  testing: 'test',
  'thinking about': 'think about',
  updating: 'update',
  'working on': 'work on',
  writing: 'write',
};

/** Verbs of work that is done after the meeting, and leaves something behind. */
const tasks = String.raw`(?:send|e-?mail|mail|write|prepare|draft|review|check|double-check|look into|look at|look up|ask|talk to|speak to|speak with|talk with|call|phone|contact|get in touch|reach out|schedule|set up|arrange|organi[sz]e|book|reserve|update|upload|fix|finish|complete|finali[sz]e|share|circulate|distribute|forward|investigate|find out|figure out|follow up|get back to|get|make sure|ensure|put together|put up|work on|work out|create|add|submit|order|buy|purchase|test|try out|collect|gather|provide|bring|take care of|handle|remind|confirm|report back|report|document|deliver|design|implement|build|develop|invite|compile|research|read|write up|type up|sign|print|post|publish|install|run|re-?run|analy[sz]e|evaluate|estimate|calculate|compare|come up with|come back|think about|let (?:\S+ )?know|give (?:\S+ )?(?:a|an|the|some)|do|make|change|move|copy|record|transcribe|train|show|present|plan|decide|define|specify|negotiate|hire|pay|register|apply|notify|inform|announce|clean up|tidy up|set|start|continue|meet|discuss|put|summari[sz]e|(?:${Object.keys(gerunds).join('|')})\b)`;
/** Of these, the ones that people also use for what they do at once, or for no task at all. */
const weak =
  /^(?:do|doing|making|presenting|asking|put|remind|confirm|share|inform|announce|make|get|show|present|set|start|continue|run|look at|think about|read|give|change|move|add|ask|meet|discuss|decide|plan|try out|let|call|figure out|come|bring|put up|talk)\b/i;
const adverb = String.raw`(?:(?:also|then|just|definitely|probably|certainly|actually|quickly|please|try to|try and|go and|go ahead and|have to|need to|be able to) )*`;
const task = String.raw`(?:be )?(${tasks}\b.*)$`;

const promise = new RegExp(
  String.raw`\b(?:i'll|i will|i shall|i'm going to|i am going to|i'm gonna|i can|i could|let me) ${adverb}${task}`,
  'i',
);
const request = new RegExp(
  String.raw`\b(?:(?:can|could|would|will) you ${adverb}|(?:you|you guys|you all)(?:'ll| will|'re (?:going to|gonna)| are (?:going to|gonna)| should| need to| have to| must|'ll (?:need|have) to) ${adverb}|would you mind |please )${task}`,
  'i',
);
const need = new RegExp(
  String.raw`\b(?:we|someone|somebody) (?:(?:really|still|also|definitely|probably) )*(?:need to|have to|must|should|ought to|'ll have to|will have to|'ll need to|needs to|has to) ${adverb}${task}`,
  'i',
);
const given = String.raw`(?:will|'ll|is going to|is gonna|should|needs to|has to|must|can|could you|can you|would you|will you|please|gonna|you(?:'ll| will|'re (?:going to|gonna)| are (?:going to|gonna)| need to| should| have to| could| can))`;
const kinds = [
  { kind: 'request', pattern: request, strength: 1 },
  { kind: 'promise', pattern: promise, strength: 1.5 },
  { kind: 'need', pattern: need, strength: 1 },
] as const;
const explicit =
  /\b(?:action items?|to-?dos?|action points?|action for \S+|homework)\b(?: (?:is|are|for \S+ is))?[:,]? (?:to )?(.{8,})$/i;

/** Not a task: done already, done now, imagined, refused. */
const unreal =
  /\b(?:if (?:i|we|you)|i can (?:see|hear|imagine|understand)|right now|at the moment|in a (?:second|moment|minute)|for example|for instance|would have|could have|should have|(?:what|how|why|where|whatever) (?:i|we|you)(?:'m|'ll|'re| will| can| should| have)|don't (?:need|have) to|can't|cannot|won't|not going to|never mind|let me (?:just )?(?:check|see|think|look|ask|show|start|get|make|do|read|give|put|add|present|set|move|try|finish|continue))\b/i;
const hedge = /\b(?:maybe|perhaps|possibly|might|would be nice|i guess|i suppose|could|probably|kind of)\b/i;
/** Done here and now, in front of everyone. */
const atOnce =
  /^(?:do|make|give|show|present|start|continue|run|get|set|read|move|add|ask|look at|think about)\b.{0,25}$/i;

/** Gives a function that finds what a sentence has somebody do; null where it gives nobody anything to do. */
export function commitmentFinder(people: People): (sentence: string) => Commitment | null {
  const { pattern } = people;
  const assignment =
    pattern === null
      ? null
      : new RegExp(String.raw`(?<![\p{L}]|\p{Lu}\p{L}* )(${pattern}),? ${given} ${adverb}${task}`, 'u');
  const vocative =
    pattern === null
      ? null
      : new RegExp(`(?:^(?:.*\\b(?:as|for) (?:the|our|my) )?(${pattern}),|, (${pattern})[.?!]*$)`, 'u');
  return (sentence) => {
    const told = explicit.exec(sentence);
    if (told) return { kind: 'need', task: told[1]!, owner: null, strength: 3 };
    if (unreal.test(sentence)) return null;
    const assigned = assignment?.exec(sentence);
    if (assigned) {
      const [, name, work] = assigned;
      return {
        kind: 'assignment',
        task: imperative(work!),
        owner: people.named(name!),
        strength: strengthOf(sentence, work!, 1.5),
      };
    }
    const called = vocative?.exec(sentence);
    const owner = called ? people.named(called[1] ?? called[2]!) : null;
    for (const { kind, pattern: words, strength } of kinds) {
      const found = words.exec(sentence);
      if (!found || (kind !== 'request' && sentence.endsWith('?'))) continue;
      return {
        kind,
        task: imperative(found[1]!),
        owner: kind === 'request' ? owner : null,
        strength: strengthOf(sentence, found[1]!, strength),
      };
    }
    return null;
  };
}

function imperative(work: string): string {
  const gerund = Object.keys(gerunds).find((form) => work.toLowerCase().startsWith(form));
  return gerund === undefined ? work : gerunds[gerund]! + work.slice(gerund.length);
}

function strengthOf(sentence: string, taskWords: string, base: number): number {
  if (atOnce.test(taskWords)) return 0;
  return base + (weak.test(taskWords) ? 0 : 1) - (hedge.test(sentence) ? 1 : 0);
}
