import { toCues } from './cues.ts';
import type { ExportWriter } from './source.ts';
import { cueTime } from './times.ts';

/** WebVTT, speakers as voices. */
export const writeVtt: ExportWriter = async function* writeVtt({ lines }) {
  yield 'WEBVTT\n';
  for await (const { startMs, endMs, speaker, text } of toCues(lines)) {
    const voice = speaker ? `<v ${escapeVtt(speaker)}>` : '';
    yield `\n${cueTime(startMs, '.')} --> ${cueTime(endMs, '.')}\n${voice}${escapeVtt(text)}\n`;
  }
};

/** With every `>` escaped, no `-->` is left either. */
function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
