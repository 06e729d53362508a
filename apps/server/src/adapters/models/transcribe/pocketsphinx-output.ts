import type { TranscribedLine } from './contract.ts';

const timedWord = /^(\S+) (\d+\.\d+) (\d+\.\d+) \S+$/;
/** Sentence bounds, silence, fillers and noises, as the dictionary marks them. */
const notSpoken = /^(<.*>|\[.*\]|\+\+.*\+\+)$/;
/** `the(2)` is the second way to pronounce "the". */
const variant = /\(\d+\)$/;

/** Reads what `pocketsphinx_continuous -time yes` prints: per utterance its text, then a line for each word. */
export function readPocketSphinxOutput(output: string): TranscribedLine[] {
  const lines: TranscribedLine[] = [];
  let utterance: TranscribedLine | null = null;
  for (const printed of output.split('\n')) {
    const [, word, start, end] = timedWord.exec(printed) ?? [];
    if (word === undefined || word === '<s>') {
      utterance = null;
      continue;
    }
    if (notSpoken.test(word)) continue;
    if (!utterance) lines.push((utterance = { startMs: milliseconds(start!), endMs: 0, text: '' }));
    utterance.text += (utterance.text && ' ') + word.replace(variant, '');
    utterance.endMs = milliseconds(end!);
  }
  return lines;
}

function milliseconds(seconds: string): number {
  return Math.round(Number(seconds) * 1000);
}
