import type { EngineStatus } from '@hansard/protocol';
import type { EmbedProvider } from '../../adapters/models/embed/index.ts';
import { embedProviders, isSetUp, modelNameOf, type EmbeddingsConfig } from './choose-model.ts';
import type { PacedEmbeddings } from './embeddings.ts';

const titles: Readonly<Record<EmbedProvider, string>> = {
  gemini: 'Gemini',
  openai: 'OpenAI-compatible',
  ollama: 'Ollama',
};

const howToHave: Readonly<Record<EmbedProvider, string>> = {
  gemini: 'set GEMINI_API_KEY',
  openai: 'set OPENAI_API_KEY, or HANSARD_EMBEDDINGS=openai with OPENAI_BASE_URL',
  ollama: 'set OLLAMA_BASE_URL',
};

/** Each provider of embeddings as Settings shows it. */
export function embeddingStatuses(
  config: EmbeddingsConfig,
  embeddings: PacedEmbeddings,
  now = Date.now,
): EngineStatus[] {
  const [active] = embeddings.model?.id.split('/') ?? [];
  return embedProviders.map((name) => {
    const ready = isSetUp(config, name);
    const rest = name === active ? embeddings.resting() : null;
    const seconds = rest ? Math.ceil((rest.until - now()) / 1000) : 0;
    const missing = `Passages are found by their meaning too: ${howToHave[name]}.`;
    return {
      name,
      task: 'embeddings',
      kind: name === 'ollama' ? 'local' : 'cloud',
      active: name === active,
      state: ready ? (rest ? 'paused' : 'ready') : 'missing',
      resumesAt: rest?.until ?? null,
      detail: !ready
        ? config.provider === name
          ? `Chosen, but not set up. ${missing}`
          : missing
        : rest
          ? `Paused: it ${rest.reason}; asked again in ${seconds} s. Passages are found by their words meanwhile.`
          : `${titles[name]}, model ${modelNameOf(config, name)}, ${config.dims} numbers a vector.`,
      concurrency: ready ? 1 : 0,
      progress: null,
      caveat: null,
    };
  });
}
