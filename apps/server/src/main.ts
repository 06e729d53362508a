import { createApp, type App } from './app.ts';
import { ConfigError, loadConfig, type Config } from './config.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { createLog } from './log.ts';
import { createPipelineLog } from './operations/index.ts';
import { startMessage } from './start-message.ts';

/** EX_TEMPFAIL: whoever supervises the process is to start it again. */
const restartExitCode = 75;

/**
 * What small Buffers are cut from, of which each keeps all. Newer versions of Node make it 64 KB: a line that waits for a
 * slow connection, or a request for its answer, then takes so much to the old generation with it.
 */
Buffer.poolSize = 8 * 1024;

/** Ends the process where `work` throws something that a person can mend. */
async function orExit<T>(work: () => T | Promise<T>, code: number): Promise<T> {
  try {
    return await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(code);
  }
}

const config: Config = await orExit(() => {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(`Hansard can't start with these settings:\n${error.message}`, { cause: error });
  }
}, 2);
const pipelineLog = config.logLevel === 'debug' ? createPipelineLog() : null;
const log = createLog({ level: config.logLevel, pipelineLog });
// Held by name: a lock that nothing refers to is let go with the garbage.
const unlock = await orExit(() => lockDataDir(config.dataDir), 1);
const app: App = await orExit(() => createApp(config, log, { pipelineLog, restart: () => stop(restartExitCode) }), 1);
const url = await orExit(() => app.listen(), 1);
console.log(
  startMessage({ url, dataDir: config.dataDir, engines: app.engines(), memory: app.memory(), flags: process.execArgv }),
);
app.setUpEngine((line) => console.log(line));

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // A second one means: now.
    if (stopping) process.exit(130);
    stop(0);
  });
}

/** Answers what is under way, then ends the process with this code. */
function stop(exitCode: number): void {
  stopping = true;
  setTimeout(() => process.exit(exitCode || 1), config.drainTimeoutMs + 1000).unref();
  void app.drain().then(
    () => {
      unlock();
      process.exit(exitCode);
    },
    (error: unknown) => {
      log.error({ err: error }, 'the drain failed');
      process.exit(exitCode || 1);
    },
  );
}
