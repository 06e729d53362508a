import { asStatement } from './clean.ts';
import { commitmentFinder } from './commitments.ts';
import { dueIn } from './due.ts';
import { peopleOf } from './people.ts';
import type { Sentence } from './sentences.ts';
import { stage } from './slices.ts';
import { ranked, type Found } from './ranked.ts';
import { contentStems, wordsOf, type Language } from './words.ts';

export interface FoundAction extends Found {
  owner: string | null;
  due: string | null;
}

const maxActionItems = 15;
const minWords = 3;
const maxWords = 45;
/** What must come together for a sentence to be taken for a task; see `scoreOf`. */
const minScore = 2;
/** Whoever speaks so soon after a request is the one who was asked. */
const replyWithin = 3;
/** At the end of a meeting people go through what is to be done. */
const closingShare = 0.85;

const accepts =
  /^(?:yes|yeah|yep|sure|okay|ok|will do|of course|no problem|absolutely|certainly|i (?:can|will)|i'll|fine|alright|all right|got it|right)\b/i;

/** Who is to do what, and when: promises, requests that were put to somebody, tasks given by name, things "we need to" do. */
export function* actionItemsOf(
  sentences: readonly Sentence[],
  { language, today }: { language: Language; today: Date | null },
): Generator<number, FoundAction[]> {
  if (!language.english) return [];
  const commitmentIn = commitmentFinder(yield* stage(peopleOf(sentences), 0, 0.3));
  const found: FoundAction[] = [];
  for (const [index, sentence] of sentences.entries()) {
    if (index % 20 === 0) yield 0.3 + (0.7 * index) / sentences.length;
    if (sentence.words.length < minWords || sentence.words.length > maxWords) continue;
    const commitment = commitmentIn(asStatement(sentence.text));
    if (!commitment) continue;
    const reply = commitment.kind === 'request' ? replyTo(sentences, index) : null;
    const due =
      dueIn(commitment.task, today) ??
      dueIn(sentence.text, today) ??
      (reply?.accepted ? dueIn(sentences[reply.sentence]!.text, today) : null);
    const score =
      commitment.strength +
      (due ? 1 : 0) +
      (reply?.accepted ? 1 : 0) +
      (index > closingShare * sentences.length ? 0.5 : 0);
    if (score < minScore) continue;
    const text = asStatement(taskText(commitment.task, commitment.kind, sentence.speaker));
    const stems = contentStems(wordsOf(text), language);
    // A verb alone is no task.
    if (stems.length < 2) continue;
    found.push({
      text,
      stems,
      sentences: reply?.accepted ? [index, reply.sentence] : [index],
      score,
      owner: commitment.owner ?? (commitment.kind === 'promise' ? sentence.speaker : (reply?.speaker ?? null)),
      due: due ? (due.date ?? due.text) : null,
    });
  }
  return ranked(found, maxActionItems);
}

function replyTo(
  sentences: readonly Sentence[],
  index: number,
): { speaker: string | null; sentence: number; accepted: boolean } | null {
  const asker = sentences[index]!.speaker;
  for (let at = index + 1; at <= index + replyWithin && at < sentences.length; at += 1) {
    const { speaker, text } = sentences[at]!;
    if (speaker !== asker) return { speaker, sentence: at, accepted: accepts.test(text) };
  }
  return null;
}

/** "Send me the slides?" becomes "Send Ana the slides." */
function taskText(task: string, kind: string, speaker: string | null): string {
  const stated = task.replace(/\?+["'”’]?$/, '');
  return kind === 'request' && speaker !== null ? stated.replace(/\bme\b/i, () => speaker) : stated;
}
