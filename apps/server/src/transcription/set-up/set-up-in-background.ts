import type { EngineStatus } from '@hansard/protocol';
import type { Logger } from 'pino';
import type { EngineChoice } from '../choose-engine.ts';
import type { TranscriptionConfig } from '../config.ts';
import type { Transcription } from '../service.ts';
import { runProgram } from './run-program.ts';
import { setUpLocalEngine } from './set-up-local-engine.ts';

interface BackgroundOptions {
  config: TranscriptionConfig;
  transcription: Transcription;
  /** Looks anew at what can be had. */
  choose: () => Promise<EngineChoice>;
  /** Tells the person who started the server how it ended. */
  say: (line: string) => void;
  log: Logger;
  signal: AbortSignal;
}

const settingUp: Omit<EngineStatus, 'detail' | 'progress'> = {
  name: 'local engine',
  task: 'transcribe',
  kind: 'local',
  active: false,
  state: 'setting-up',
  resumesAt: null,
  concurrency: 0,
  caveat: null,
};

/** Gets a server without an engine one of its own while it runs, with progress in Settings. Never rejects. */
export async function setUpInBackground(options: BackgroundOptions): Promise<void> {
  const { config, transcription, choose, say, log, signal } = options;
  let said = '';
  const onProgress = ({ detail, share }: { detail: string; share: number | null }) => {
    transcription.showSetUp({ ...settingUp, detail, progress: share });
    if (detail !== said) say(`Speech engine: ${(said = detail)}…`);
  };
  onProgress({ detail: 'looking for a speech model', share: null });
  try {
    const result = await setUpLocalEngine({
      dataDir: config.dataDir,
      allowed: config.setUp,
      language: config.language,
      run: runProgram,
      isRoot: process.getuid?.() === 0,
      log,
      onProgress,
      signal,
    });
    if (result.kind === 'none') return say(result.hint);
    const choice = await choose();
    await transcription.setEngine(choice);
    say(choice.engine ? `Speech engine: ${choice.engine.name}, ${choice.why}` : choice.why);
  } catch (error) {
    log.error({ err: error }, 'no engine could be set up');
  } finally {
    transcription.showSetUp(null);
  }
}
