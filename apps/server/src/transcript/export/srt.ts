import { toCues } from './cues.ts';
import type { ExportWriter } from './source.ts';
import { cueTime } from './times.ts';

/** SubRip, speakers as text. */
export const writeSrt: ExportWriter = async function* writeSrt({ lines }) {
  let count = 0;
  for await (const { startMs, endMs, speaker, text } of toCues(lines)) {
    count += 1;
    const shown = neutralise(speaker ? `${speaker}: ${text}` : text);
    yield `${count}\n${cueTime(startMs, ',')} --> ${cueTime(endMs, ',')}\n${shown}\n\n`;
  }
};

/** Breaks a mark that no reader sees into what a player would take for a time line, a tag or a style. */
const wordJoiner = '\u2060';

/** SubRip has no way to escape. */
function neutralise(text: string): string {
  return text.replaceAll('-->', `--${wordJoiner}>`).replace(/<(?=[a-z/])|\{(?=\\)/gi, `$&${wordJoiner}`);
}
