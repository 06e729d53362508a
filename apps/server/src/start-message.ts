import type { EngineStatus } from '@hansard/protocol';

interface StartFacts {
  url: string;
  dataDir: string;
  engines: readonly EngineStatus[];
  memory: { limitBytes: number; from: 'setting' | 'container' | 'machine' };
  /** With which the process was started. */
  flags: readonly string[];
}

const limitNames = { setting: 'HANSARD_MEMORY_BYTES', container: 'the container', machine: 'the machine' } as const;

const byWords = 'found by their words; by their meaning too with an embedding model (HANSARD_EMBEDDINGS)';

/** What `npm start` prints: the address, the engines and why, where data lives, and how to have what is off. */
export function startMessage({ url, dataDir, engines, memory, flags }: StartFacts): string {
  const active = (task: EngineStatus['task']) => engines.find((engine) => engine.task === task && engine.active);
  const speech = active('transcribe');
  const minutes = active('minutes');
  const answers = active('answers');
  const embeddings = active('embeddings');
  const lines = [
    `Hansard is at ${url}`,
    `  speech    ${speech ? `${speech.name}: ${speech.detail}` : 'no engine yet: audio is kept and waits'}`,
    ...(speech?.caveat ? [`            ${speech.caveat}`] : []),
    `  minutes   ${minutes ? `${minutes.name}: ${minutes.detail}` : 'local'}`,
    `  answers   ${answers ? `${answers.name}: ${answers.detail}` : 'quotes'}`,
    `  passages  ${embeddings ? `${embeddings.name}: ${embeddings.detail}` : byWords}`,
    `  data      ${dataDir}`,
    `  memory    ${Math.round(memory.limitBytes / 2 ** 20)} MB by ${limitNames[memory.from]}; V8: ${sizesOf(flags)}`,
  ];
  const off = engines.filter(({ task, state }) => task === 'transcribe' && state === 'missing');
  for (const { name, detail } of off) lines.push(`  off       ${name}: ${detail}`);
  return lines.join('\n');
}

/** The flags that set sizes. */
function sizesOf(flags: readonly string[]): string {
  return flags.filter((flag) => /^--max[-_].*size=/.test(flag)).join(' ') || 'as it chooses';
}
