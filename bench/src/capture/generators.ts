import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithThisProcess } from '../load/children.ts';
import type { GeneratorCalls } from './generator.ts';

/** Calls all generator processes at once; answers come in their order. */
export interface Generators {
  readonly count: number;
  call<Name extends keyof GeneratorCalls>(
    name: Name,
    command: (index: number) => Parameters<GeneratorCalls[Name]>[0],
  ): Promise<ReturnType<GeneratorCalls[Name]>[]>;
  stop(): Promise<void>;
}

/** No collector's threads of their own: who records sits at another machine, and takes no core from the server. */
const generatorFlags = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=4096', '--single-threaded-gc'];

export function startGenerators(count: number): Generators {
  const children = Array.from({ length: count }, () =>
    endWithThisProcess(
      fork(join(import.meta.dirname, 'generator.ts'), { serialization: 'advanced', execArgv: generatorFlags }),
    ),
  );
  return {
    count,
    call: async (name, command) =>
      Promise.all(
        children.map(async (child, index) => {
          child.send({ name, command: command(index) });
          return (await answerOf(child)) as never;
        }),
      ),
    async stop() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const exited = once(child, 'exit');
          child.kill('SIGKILL');
          await exited;
        }),
      );
    },
  };
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A load generator ended with ${code}.`));
    child.once('exit', onExit);
    child.once('message', (message: { result?: unknown; error?: string }) => {
      child.off('exit', onExit);
      if (message.error === undefined) resolve(message.result);
      else reject(new Error(message.error));
    });
  });
}
