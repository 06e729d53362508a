import type { AskReply } from '@hansard/protocol';
import type { TextEngine } from '../../adapters/models/generate/index.ts';
import { citationOf, createClaimReader } from './claims.ts';
import { fallbackReason, NoSourceError } from './failures.ts';
import { answerLimits } from './limits.ts';
import { noAnswer, questionPrompt, systemPrompt } from './prompt.ts';
import { isAbout, sharesAny } from './relevance.ts';
import type { Source } from './sources.ts';

export interface ComposeOptions {
  /** Null for quotes. */
  engine: TextEngine | null;
  signal: AbortSignal;
  /** Gets checked claims as they are written; all that it got is void where the reply's engine is another. */
  onText: (text: string) => void;
  onFailure: (error: unknown) => void;
}

/**
 * Makes an answer of sources, best first: by the model where there is one, each claim checked; else, or where it fails, of
 * quotes. Where nothing in the sources is about the question, no model is asked. Rejects with the signal's reason.
 */
export async function composeAnswer(
  question: string,
  sources: readonly Source[],
  { engine, signal, onText, onFailure }: ComposeOptions,
): Promise<AskReply> {
  if (!isAbout(question, sources)) return unanswered('quotes');
  if (!engine) return quotes(question, sources, null);
  try {
    return await written(question, sources, engine, { signal, onText });
  } catch (error) {
    signal.throwIfAborted();
    onFailure(error);
    return quotes(question, sources, fallbackReason(engine.name, error));
  }
}

async function written(
  question: string,
  sources: readonly Source[],
  engine: TextEngine,
  { signal, onText }: Pick<ComposeOptions, 'signal' | 'onText'>,
): Promise<AskReply> {
  const reader = createClaimReader(sources);
  let raw = '';
  let answer = '';
  const say = (checked: string) => {
    if (checked === '') return;
    answer += checked;
    onText(checked);
  };
  for await (const piece of engine.write({ system: systemPrompt, prompt: questionPrompt(question, sources) }, signal)) {
    raw += piece;
    if (isRefusal(raw)) return unanswered(engine.name);
    say(reader.push(piece));
    if (raw.length >= answerLimits.maxAnswerLength) break;
  }
  say(reader.end());
  if (reader.counts().sourced === 0) throw new NoSourceError('The answer cites none of the passages.');
  return {
    answer: answer.trim(),
    citations: reader.citations(),
    answered: true,
    engine: engine.name,
    fallbackReason: null,
  };
}

/** Whole from its first words on: the reader holds a sentence back until the next begins, so nothing of it was shown. */
function isRefusal(raw: string): boolean {
  return raw
    .replace(/^[\s"'*]+/, '')
    .toUpperCase()
    .startsWith(noAnswer);
}

function unanswered(engine: string): AskReply {
  return {
    answer: 'Nothing in the documents or in what was said answers this.',
    citations: [],
    answered: false,
    engine,
    fallbackReason: null,
  };
}

function quotes(question: string, sources: readonly Source[], reason: string | null): AskReply {
  const best = sources.filter((source) => sharesAny(question, source)).slice(0, answerLimits.maxQuotes);
  const citations = best.map((source) => citationOf(source, question));
  const lines = citations.map(({ quote }, index) => `“${withoutBrackets(quote)}” [${index + 1}]`);
  return { answer: lines.join('\n'), citations, answered: true, engine: 'quotes', fallbackReason: reason };
}

/** References of the document's own would pass for those of the answer. */
function withoutBrackets(quote: string): string {
  return quote.replaceAll(/[[【](\^?\p{N}[^\]】]*)[\]】]/gu, '($1)');
}
