import type { ExportWriter } from './source.ts';

/** The meeting as the API gives it, its newest minutes, and its lines in order of time. */
export const writeJson: ExportWriter = async function* writeJson({ meeting, minutes, lines }) {
  yield `{"meeting":${JSON.stringify(meeting)},\n"minutes":${JSON.stringify(minutes)},\n"segments":[`;
  let separator = '\n';
  for await (const line of lines) {
    yield separator + JSON.stringify(line);
    separator = ',\n';
  }
  yield '\n]}\n';
};
