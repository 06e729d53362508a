import { pino } from 'pino';
import { createApp, type App } from './app.ts';
import { collectGarbage } from './collect-garbage.ts';
import { ConfigError, loadConfig, type Config } from './config.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { startMessage } from './start-message.ts';

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
const log = pino({ level: config.logLevel }, pino.destination(2));
// Held by name: a lock that nothing refers to is let go with the garbage.
const unlock = await orExit(() => lockDataDir(config.dataDir), 1);
const app: App = await orExit(() => createApp(config, log), 1);
const url = await orExit(() => app.listen(), 1);
console.log(startMessage({ url, dataDir: config.dataDir, engines: app.engines() }));
app.setUpEngine((line) => console.log(line));
// Reading the code leaves more garbage than the idle server holds: it is let go before anybody is served.
collectGarbage();

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // A second one means: now.
    if (stopping) process.exit(130);
    stopping = true;
    setTimeout(() => process.exit(1), config.drainTimeoutMs + 1000).unref();
    void app.drain().then(
      () => {
        unlock();
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the drain failed');
        process.exit(1);
      },
    );
  });
}
