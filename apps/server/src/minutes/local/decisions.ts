import { asStatement } from './clean.ts';
import { ranked, type Found } from './ranked.ts';
import type { Sentence } from './sentences.ts';
import { contentStems, wordsOf, type Language } from './words.ts';

const maxDecisions = 10;
const minWords = 4;
const maxWords = 40;
/** Agreement by somebody else so soon after it makes a proposal a decision. */
const agreedWithin = 3;
const minScore = 2;

const said =
  /\b(?:we(?:'ve| have)? (?:all )?(?:decided|agreed|settled|concluded|chosen|chose|resolved|approved)\b|(?:it(?:'s| is| was| has been)|that(?:'s| is| was)|been) (?:decided|agreed|approved|settled)\b|(?:the|our|my|final) decision (?:is|was|that|to)\b|motion (?:is )?(?:carried|agreed|approved)|i determine that|we(?:'re| are) agreed\b|agreed that)/i;
const settles =
  /\b(?:let's|we(?:'ll| will|'re going to| are going to|'re gonna| shall)|so we) (?:just |then |all |definitely |not |also )*(?:go (?:with|for|ahead)|use|keep|drop|skip|leave out|leave|include|exclude|stick (?:with|to)|have|take|make|choose|pick|adopt|postpone|move|launch|ship|cancel|stop|focus on|be using|do|say|put|get rid of|limit|target|start with|not)\b/i;
const firm = /\b(?:definitely|final|finally|that's it|then|settled|deal)\b/i;
/** Not decided: asked, imagined, put off, or told of others. */
const open =
  /\b(?:if (?:we|you|i|they)|whether|rather than|not been|haven't|have not|hasn't|didn't|not (?:yet )?(?:decided|agreed)|need to decide|have to decide|to be decided|should we|shall we|could|might|maybe|perhaps|would|before we|once we|when we|until we|i don't know|for example|not sure|later|in a (?:minute|second|moment)|now)\b/i;
const agrees =
  /^(?:yes|yeah|yep|okay|ok|agreed|sure|sounds good|fine|good|great|exactly|absolutely|perfect|alright|all right|definitely|i agree|right)\b/i;

/** What was settled: said to be, or proposed ("let's go with …") and agreed to. */
export function* decisionsOf(sentences: readonly Sentence[], language: Language): Generator<number, Found[]> {
  if (!language.english) return [];
  const found: Found[] = [];
  for (const [index, sentence] of sentences.entries()) {
    if (index % 20 === 0) yield index / sentences.length;
    if (sentence.isQuestion || sentence.words.length < minWords || sentence.words.length > maxWords) continue;
    if (open.test(sentence.text)) continue;
    const base = said.test(sentence.text) ? 2.5 : settles.test(sentence.text) ? 1 : 0;
    if (base === 0) continue;
    const agreement = agreementWith(sentences, index);
    const score = base + (agreement === null ? 0 : 1) + (firm.test(sentence.text) ? 0.5 : 0);
    const text = asStatement(sentence.text);
    const stems = contentStems(wordsOf(text), language);
    if (score < minScore || stems.length === 0) continue;
    found.push({ text, stems, sentences: agreement === null ? [index] : [index, agreement], score });
  }
  return ranked(found, maxDecisions);
}

function agreementWith(sentences: readonly Sentence[], index: number): number | null {
  const proposer = sentences[index]!.speaker;
  for (let at = index + 1; at <= index + agreedWithin && at < sentences.length; at += 1) {
    if (sentences[at]!.speaker !== proposer && agrees.test(sentences[at]!.text)) return at;
  }
  return null;
}
