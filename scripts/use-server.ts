import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineStatus } from '@hansard/protocol';
import { launchArgs, launchEnv } from '@hansard/server/launch';
import { build } from './build.ts';

/** A first start may fetch a speech model. */
const maxStartMs = 60_000;

export interface UsedServer {
  url: string;
  /** Whether it was running before: then it is left alone. */
  wasRunning: boolean;
  /** Resolves when a server that was started here has ended. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** The server that is running at HOST and PORT, else one that is started now, with the same settings as `npm start`. */
export async function useServer(): Promise<UsedServer> {
  const host = process.env.HOST || '127.0.0.1';
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${process.env.PORT || 4700}`;
  if (await isHealthy(url)) return { url, wasRunning: true, ended: new Promise(() => {}), stop: async () => {} };

  build();
  const child = spawn(process.execPath, launchArgs, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: launchEnv(process.env),
  });
  const ended = once(child, 'exit').then(() => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'));
  const startedAt = Date.now();
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null) throw new Error('The server did not start; its message is above.');
    if (Date.now() - startedAt > maxStartMs) throw new Error(`The server did not answer at ${url}.`);
    await sleep(100);
  }
  return {
    url,
    wasRunning: false,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The engine that turns speech into text, once it is set up; null where none could be had. */
export async function awaitEngine(
  listEngines: () => Promise<{ engines: EngineStatus[] }>,
  say: (line: string) => void,
): Promise<EngineStatus | null> {
  let said = '';
  for (;;) {
    const engines = (await listEngines()).engines.filter(({ task }) => task === 'transcribe');
    const active = engines.find((engine) => engine.active);
    if (active) return active;
    const settingUp = engines.find(({ state }) => state === 'setting-up');
    if (!settingUp) return null;
    if (settingUp.detail !== said) say((said = settingUp.detail));
    await sleep(500);
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health`).catch(() => null);
  return answer?.ok ?? false;
}
