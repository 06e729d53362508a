import { decodeOggOpus, speechSampleRate, toPcm16 } from './audio/decode.ts';
import { runPipe } from './child-process.ts';
import { withDeadline } from './deadline.ts';
import { asEngineError } from './engine-error.ts';
import type { TranscribeEngine } from './contract.ts';
import { readPocketSphinxOutput } from './pocketsphinx-output.ts';

interface PocketSphinxOptions {
  /** The program's path or name. */
  binary?: string;
  concurrency?: number;
  timeoutMs?: number;
}

export const pocketSphinxCaveat =
  'A stopgap: on real voices about 40 % of the words come out wrong, and it knows English only.';

const maxOutputBytes = 256 * 1024;

/** The recogniser that Debian and Ubuntu ship, with its English model. One process per chunk; it loads in 0.3 s. */
export function createPocketSphinx({
  binary = 'pocketsphinx_continuous',
  concurrency = 3,
  timeoutMs = 60_000,
}: PocketSphinxOptions = {}): TranscribeEngine {
  const quoted = `'${binary.replaceAll("'", `'\\''`)}'`;
  const shellCommand = `cat | exec ${quoted} -infile /dev/stdin -samprate ${speechSampleRate} -time yes -logfn /dev/null`;
  const closing = new AbortController();
  return {
    name: 'pocketsphinx',
    kind: 'local',
    concurrency: { start: concurrency, max: concurrency },
    caveat: pocketSphinxCaveat,
    async transcribe({ audio }, signal) {
      try {
        const job = { shellCommand, input: pcmOf(audio), timeoutMs, maxOutputBytes };
        const output = await withDeadline({ stops: [signal, closing.signal] }, (stop) => runPipe(job, stop));
        return readPocketSphinxOutput(output);
      } catch (error) {
        throw asEngineError(error);
      }
    },
    close: async () => closing.abort(),
  };
}

async function* pcmOf(audio: Uint8Array): AsyncGenerator<Buffer> {
  for await (const block of decodeOggOpus(audio)) yield toPcm16(block);
}
