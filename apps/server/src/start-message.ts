import type { EngineStatus } from '@hansard/protocol';

interface StartFacts {
  url: string;
  dataDir: string;
  engines: readonly EngineStatus[];
}

/** What `npm start` prints: the address, the engines and why, where data lives, and how to have what is off. */
export function startMessage({ url, dataDir, engines }: StartFacts): string {
  const active = (task: EngineStatus['task']) => engines.find((engine) => engine.task === task && engine.active);
  const speech = active('transcribe');
  const minutes = active('minutes');
  const lines = [
    `Hansard is at ${url}`,
    `  speech    ${speech ? `${speech.name}: ${speech.detail}` : 'no engine yet: audio is kept and waits'}`,
    ...(speech?.caveat ? [`            ${speech.caveat}`] : []),
    `  minutes   ${minutes ? `${minutes.name}: ${minutes.detail}` : 'local'}`,
    `  data      ${dataDir}`,
  ];
  const off = engines.filter(({ task, state }) => task === 'transcribe' && state === 'missing');
  for (const { name, detail } of off) lines.push(`  off       ${name}: ${detail}`);
  return lines.join('\n');
}
