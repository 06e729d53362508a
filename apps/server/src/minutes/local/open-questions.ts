import { asStatement } from './clean.ts';
import { ranked, type Found } from './ranked.ts';
import type { Sentence } from './sentences.ts';
import { contentStems, wordsOf, type Language } from './words.ts';

const maxQuestions = 10;
const minWords = 5;
const maxWords = 40;
const minContentStems = 2;
/** An answer comes within so many sentences, or not at all. */
const answerWithin = 5;
const minAnswerWords = 4;

/** Left open in so many words. */
const stated =
  /\b(?:(?:open|the|big|real|remaining) question (?:is|remains|was)|we (?:still )?(?:don't|do not) (?:really )?know (?:whether|if|how|what|who|when|where|which|why)|we(?:'re| are) (?:still )?not sure (?:whether|if|how|what|who|when|where|which|why)|(?:i|we) wonder (?:whether|if|how|what|who|why) we|still (?:need|have) to (?:decide|figure out|find out|work out|clarify|discuss)|remains to be seen|to be (?:decided|determined|clarified)|it's (?:not|still not|un)(?: )?clear (?:whether|if|how|what|who|when|where|which|why))/i;
const evasive =
  /\b(?:don't know|do not know|dunno|not sure|no idea|good question|have to (?:see|check|ask|find out)|need to (?:see|check|ask|find out)|depends|we'll see|remains to be|not clear|come back to (?:that|this|it)|find out)\b/i;
/** Small talk, the running of the meeting, and questions that want no answer. */
const idle =
  /\b(?:how are you|can you (?:all )?(?:hear|see)|could you (?:hear|see)|are you (?:ready|okay|done|there|sure)|is (?:that|it|this|everyone|everybody) (?:okay|ok|alright|all right|ready|right|fine|good|clear)|any (?:other )?(?:questions|comments|thoughts)|what do you (?:think|mean|say)|what did you say|you know what i mean|do you (?:want|mind|see|know what)|do you have any(?:thing)? (?:questions|to)|(?:isn't|wasn't|aren't|doesn't|didn't|don't|won't|wouldn't|couldn't|can't|haven't|hasn't|is|does|do|are|right|yeah|okay|no|huh) (?:it|he|she|they|we|you|that|there|i)\?$|does that make sense|shall (?:we|i) (?:start|begin|go|move)|who's next|^(?:can|could|may) i (?:just )?(?:ask|remind|make|be|recogni[sz]e|thank|come|add|say|take|start|turn|move)|(?:everyone|everybody|all) happy|where (?:am|are|were) (?:i|we)|who cares|i dunno|i guess|why not\?$|what's that|i'm sorry|pardon|excuse me)/i;
const tag = /,\s*(?:right|yeah|okay|ok|no|huh|eh|correct|isn't it|is it|don't you think|you know)\?$/i;
const asksForContent = /\b(?:what|who|whom|whose|which|when|where|why|how)\b/i;

/** Questions that nobody answered soon after, and what was said to be open. */
export function* openQuestionsOf(sentences: readonly Sentence[], language: Language): Generator<number, Found[]> {
  const found: Found[] = [];
  for (const [index, sentence] of sentences.entries()) {
    if (index % 20 === 0) yield index / sentences.length;
    if (sentence.words.length < minWords || sentence.words.length > maxWords) continue;
    const isStated = language.english && !sentence.isQuestion && stated.test(sentence.text);
    if (!isStated && !(sentence.isQuestion && !idle.test(sentence.text) && !tag.test(sentence.text))) continue;
    if (!isStated && isRhetorical(sentences, index)) continue;
    const text = language.english ? asStatement(sentence.text) : sentence.text;
    const stems = contentStems(wordsOf(text), language);
    if (stems.length < minContentStems) continue;
    const answer = isStated ? null : answerTo(sentences, index);
    if (answer?.settles) continue;
    const evaded = answer !== null && !answer.settles;
    found.push({
      text,
      stems,
      sentences: evaded ? [index, answer.sentence] : [index],
      score: (isStated ? 1.5 : 1) + (evaded ? 1 : 0) + Math.min(1, stems.length / 10),
    });
  }
  return ranked(found, maxQuestions);
}

/** Who waits for no answer wants none. */
function isRhetorical(sentences: readonly Sentence[], index: number): boolean {
  const { speaker } = sentences[index]!;
  const next = sentences.slice(index + 1, index + 3);
  return speaker !== null && next.length === 2 && next.every((later) => later.speaker === speaker && !later.isQuestion);
}

/** The first that others say which is an answer, or evades one; null where nobody takes the question up. */
function answerTo(sentences: readonly Sentence[], index: number): { sentence: number; settles: boolean } | null {
  const { speaker: asker, text: question } = sentences[index]!;
  const wantsContent = asksForContent.test(question);
  let evasion: number | null = null;
  for (let at = index + 1; at <= index + answerWithin && at < sentences.length; at += 1) {
    const { speaker, text, words, isQuestion } = sentences[at]!;
    if (speaker === asker && speaker !== null) continue;
    if (evasive.test(text)) evasion ??= at;
    else if (!isQuestion && (words.length >= minAnswerWords || !wantsContent)) {
      return evasion === null ? { sentence: at, settles: true } : { sentence: evasion, settles: false };
    }
  }
  return evasion === null ? null : { sentence: evasion, settles: false };
}
