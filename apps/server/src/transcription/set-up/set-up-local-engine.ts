import type { Logger } from 'pino';
import { downloadArchive } from './download.ts';
import { installPocketSphinx } from './install-pocketsphinx.ts';
import { modelFor, modelUrl, type SpeechModel } from './models.ts';
import type { RunProgram } from './run-program.ts';
import { unpackModel } from './unpack.ts';

export interface SetUpOptions {
  dataDir: string;
  log: Logger;
  /** False where the operator turned it off: then nothing is fetched or installed. */
  allowed: boolean;
  /** BCP 47. */
  language?: string | undefined;
  /** How long a network may keep us waiting, at first and between two pieces. */
  timeoutMs?: number;
  fetch?: typeof fetch;
  run: RunProgram;
  /** Whether this process may install packages. */
  isRoot: boolean;
  onProgress?: (progress: { detail: string; share: number | null }) => void;
  model?: SpeechModel;
  signal?: AbortSignal;
}

/** What `chooseEngine` can now be told, or one line that says what to type. */
export type SetUpResult =
  | { kind: 'sherpa-onnx'; modelDir: string }
  | { kind: 'pocketsphinx' }
  | { kind: 'none'; hint: string };

const hint =
  'No speech engine: audio is kept and waits. Type "apt-get install pocketsphinx pocketsphinx-en-us", or set GROQ_API_KEY, GEMINI_API_KEY, OPENAI_API_KEY or HANSARD_SHERPA_MODEL_DIR.';

/**
 * Gets a first start with nothing configured an engine of its own: a speech model from its project's releases, else
 * PocketSphinx from the system's packages, else a line that says what to do. Never throws; gives a network up after `timeoutMs`.
 */
export async function setUpLocalEngine(options: SetUpOptions): Promise<SetUpResult> {
  const { log, allowed, language, isRoot, run, onProgress = () => {}, signal = new AbortController().signal } = options;
  if (!allowed) return { kind: 'none', hint };
  const model = options.model ?? modelFor(language);
  try {
    return { kind: 'sherpa-onnx', modelDir: await setUpModel(model, { ...options, onProgress, signal }) };
  } catch (error) {
    log.info({ reason: reasonOf(error) }, 'no speech model could be set up');
    onProgress({ detail: `no speech model could be had (${reasonOf(error)})`, share: null });
  }
  if (signal.aborted) return { kind: 'none', hint };
  try {
    if (await installPocketSphinx({ log, run, isRoot, onProgress, signal })) return { kind: 'pocketsphinx' };
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'PocketSphinx could not be installed');
  }
  return { kind: 'none', hint };
}

async function setUpModel(
  model: SpeechModel,
  options: SetUpOptions & Required<Pick<SetUpOptions, 'onProgress' | 'signal'>>,
): Promise<string> {
  const { dataDir, log, run, onProgress, signal, timeoutMs = 5000 } = options;
  let fetching = `fetching ${model.name}`;
  const archive = await downloadArchive({
    url: modelUrl(model),
    sha256: model.sha256,
    folder: `${dataDir}/models`,
    timeoutMs,
    fetch: options.fetch ?? fetch,
    signal,
    onStart: (bytes, from) => {
      fetching = `fetching ${model.name}, ${megabytes(bytes)} MB, from ${new URL(modelUrl(model)).host}`;
      log.info({ model: model.name, megabytes: megabytes(bytes), haveMegabytes: megabytes(from) }, fetching);
    },
    onProgress: (share) => onProgress({ detail: fetching, share }),
  });
  onProgress({ detail: `unpacking ${model.name}`, share: null });
  const modelDir = await unpackModel({ archive, name: model.name, run, signal });
  log.info({ model: model.name }, 'the speech model is ready');
  return modelDir;
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
