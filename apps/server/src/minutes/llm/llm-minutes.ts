import { EngineError, type GenerateEngine } from '../../adapters/models/generate/index.ts';
import type { MinutesDraft } from '../draft.ts';
import type { WriteOptions } from '../engine.ts';
import type { Line } from '../local/index.ts';
import { withPatience, type Sleep } from './patience.ts';
import { mergePrompt, partPrompt, systemPrompt, tokensOf, type Part } from './prompt.ts';
import { readAnswer } from './read-answer.ts';
import { answerSchema, type Answer } from './schema.ts';

/** Of transcript in one call, as estimated from its characters. An hour's talk is one to two of these. */
export const maxPartTokens = 12_000;
/** Calls at once for one meeting. */
const maxCallsAtOnce = 2;
/** A part that a provider finds too long is halved so many times. */
const maxHalvings = 3;

/** Minutes by a language model: one call where the transcript fits, else one for each part and one that joins them. */
export async function llmMinutes(
  model: GenerateEngine,
  lines: readonly Line[],
  { template, startedAt, signal, onProgress, sleep }: WriteOptions & { sleep: Sleep },
): Promise<MinutesDraft> {
  const system = systemPrompt(template, startedAt);
  const ask = (prompt: string) =>
    withPatience(() => model.generate({ system, prompt, schema: answerSchema }, signal), signal, sleep);
  const parts = partsOf(lines, maxPartTokens);
  const answers: Answer[][] = [];
  let done = 0;
  await eachOf(parts, maxCallsAtOnce, async (part, index) => {
    answers[index] = await askInParts(part, { part: index + 1, parts: parts.length }, ask, maxHalvings);
    done += 1;
    onProgress(done / (parts.length + 1));
  });
  const all = answers.flat();
  const whole = all.length === 1 ? all[0]! : await ask(mergePrompt(all));
  onProgress(1);
  return readAnswer(whole, lines, template);
}

async function askInParts(
  part: Part,
  place: { part: number; parts: number },
  ask: (prompt: string) => Promise<Answer>,
  halvings: number,
): Promise<Answer[]> {
  try {
    return [await ask(partPrompt(part, place))];
  } catch (error) {
    if (!isTooLong(error) || halvings === 0 || part.lines.length < 2) throw error;
    const middle = Math.ceil(part.lines.length / 2);
    const first = { lines: part.lines.slice(0, middle), first: part.first };
    const second = { lines: part.lines.slice(middle), first: part.first + middle };
    return [
      ...(await askInParts(first, place, ask, halvings - 1)),
      ...(await askInParts(second, place, ask, halvings - 1)),
    ];
  }
}

/** Providers say it as 413 or as 400 with their own words. */
function isTooLong(error: unknown): boolean {
  return (
    error instanceof EngineError &&
    error.kind === 'rejected' &&
    /^413|context|tokens?\b|too (?:large|long)/i.test(error.message)
  );
}

function partsOf(lines: readonly Line[], maxTokens: number): Part[] {
  const total = lines.reduce((sum, line) => sum + tokensOf(line), 0);
  // Parts of even size: a short last one would be summarised as fully as the others.
  const size = total / Math.ceil(total / maxTokens);
  const parts: Part[] = [];
  let open: Line[] = [];
  let tokens = 0;
  for (const [index, line] of lines.entries()) {
    open.push(line);
    tokens += tokensOf(line);
    if (tokens >= size || index === lines.length - 1) {
      parts.push({ lines: open, first: index + 2 - open.length });
      open = [];
      tokens = 0;
    }
  }
  return parts;
}

/** The first rejection ends it: what has not begun by then does not begin. */
async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const waiting = items.entries();
  let failed = false;
  const worker = async () => {
    for (const [index, item] of waiting) {
      if (failed) return;
      try {
        await work(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
