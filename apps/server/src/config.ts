import { join, resolve } from 'node:path';
import { z } from 'zod';

/** An empty variable counts as unset, as in a `.env` file with nothing behind the `=`. */
const optional = z.string().trim().min(1).optional();
const whole = z.coerce.number().int();
const flag = z.enum(['on', 'off']).transform((value) => value === 'on');

const environment = z.object({
  PORT: whole.min(0).max(65_535).default(4700),
  HOST: z.string().default('127.0.0.1'),
  HANSARD_DATA_DIR: z.string().default('data'),
  HANSARD_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('warn'),
  HANSARD_LANGUAGE: optional,

  HANSARD_ENGINE: z.enum(['auto', 'none', 'gemini', 'groq', 'openai', 'sherpa-onnx', 'pocketsphinx']).default('auto'),
  HANSARD_ENGINE_SETUP: flag.default(true),
  HANSARD_LOCAL_CONCURRENCY: whole.min(1).max(64).default(3),
  HANSARD_CLOUD_MAX_CONCURRENCY: whole.min(1).max(1000).default(64),
  HANSARD_SHERPA_MODEL_DIR: optional,
  HANSARD_VAD_MODEL_FILE: optional,
  HANSARD_SPEECH_GATE: flag.default(true),
  HANSARD_CHUNK_MAX_MS: whole.min(2000).max(30_000).default(15_000),

  HANSARD_MINUTES_ENGINE: z.enum(['auto', 'local', 'groq', 'gemini', 'openai']).default('auto'),
  HANSARD_MINUTES_TIMEOUT_MS: whole.min(1000).default(60_000),

  HANSARD_ANSWERS_ENGINE: z.enum(['auto', 'quotes', 'groq', 'gemini', 'openai']).default('auto'),
  HANSARD_ANSWERS_TIMEOUT_MS: whole.min(1000).default(30_000),

  HANSARD_DOCUMENT_MAX_BYTES: whole
    .min(1024)
    .max(100 << 20)
    .default(10 << 20),
  HANSARD_DOCUMENT_PARSERS: whole.min(1).max(16).default(1),
  HANSARD_ROOMS_BYTES: whole.min(1 << 20).optional(),
  HANSARD_ROOM_VECTOR_BITS: z.enum(['4', '8']).default('4'),
  HANSARD_EMBEDDINGS: z.enum(['auto', 'none', 'gemini', 'openai', 'ollama']).default('auto'),
  HANSARD_EMBEDDING_DIMS: whole.min(8).max(4096).default(768),
  HANSARD_EMBEDDING_TIMEOUT_MS: whole.min(1000).default(30_000),
  HANSARD_EMBEDDING_REQUESTS_PER_MINUTE: whole.min(1).max(100_000).default(60),
  HANSARD_EMBEDDING_CACHE_BYTES: whole.min(1 << 20).default(256 << 20),

  HANSARD_REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  HANSARD_INSTANCE_URL: z.url({ protocol: /^https?$/ }).optional(),
  HANSARD_INSTANCE_SECRET: z.string().min(16).optional(),

  GEMINI_API_KEY: optional,
  GEMINI_BASE_URL: optional,
  GEMINI_TRANSCRIBE_MODEL: optional,
  GEMINI_MINUTES_MODEL: optional,
  GEMINI_EMBEDDING_MODEL: optional,
  GEMINI_ANSWERS_MODEL: optional,
  GROQ_API_KEY: optional,
  GROQ_BASE_URL: optional,
  GROQ_TRANSCRIBE_MODEL: optional,
  GROQ_MINUTES_MODEL: optional,
  GROQ_ANSWERS_MODEL: optional,
  OPENAI_API_KEY: optional,
  OPENAI_BASE_URL: optional,
  OPENAI_TRANSCRIBE_MODEL: optional,
  OPENAI_MINUTES_MODEL: optional,
  OPENAI_EMBEDDING_MODEL: optional,
  OPENAI_ANSWERS_MODEL: optional,
  OLLAMA_BASE_URL: optional,
  OLLAMA_EMBEDDING_MODEL: optional,

  HANSARD_JOURNAL_FILE_BYTES: whole.min(1 << 20).default(64 << 20),
  HANSARD_JOURNAL_MAX_BYTES: whole.min(4 << 20).default(16 * 2 ** 30),
  HANSARD_MAX_BYTES_IN_FLIGHT: whole.min(1 << 20).default(32 << 20),
  HANSARD_PART_MAX_BYTES: whole.min(64 << 10).default(1 << 20),
  HANSARD_PART_MAX_MS: whole.min(1000).default(300_000),
  HANSARD_DRAIN_TIMEOUT_MS: whole.min(0).default(10_000),

  HANSARD_MAX_MEETINGS: whole.min(1).optional(),
  HANSARD_MEETING_IDLE_MS: whole.min(60_000).default(2 * 3600 * 1000),
  HANSARD_MEETING_SWEEP_MS: whole.min(1000).max(1_800_000).default(60_000),
  HANSARD_MEETING_BUFFER_BYTES: whole.min(4096).default(1 << 20),

  HANSARD_GOVERNANCE: flag.default(true),
  HANSARD_MEMORY_BYTES: whole.min(64 << 20).optional(),
  HANSARD_CACHE_BYTES: whole.min(1 << 20).optional(),
  HANSARD_MEMORY_DRILL: flag.default(false),
  HANSARD_MEMORY_RESTART_MS: whole.min(10_000).optional(),
  HANSARD_ALERT_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  HANSARD_ALERT_SLACK_URL: z.url({ protocol: /^https?$/ }).optional(),
});

export const environmentNames: readonly string[] = Object.keys(environment.shape);

const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost']);

/** Thrown with one line per variable that can't be used. */
export class ConfigError extends Error {}

/** What the process was told, validated and frozen. Called in `main.ts` only. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  }
  const values = parsed.data;
  if (!loopbackHosts.has(values.HOST)) {
    throw new ConfigError(
      `HOST: ${values.HOST} is not a loopback address. Without accounts, Hansard listens on 127.0.0.1, ::1 or localhost only; put a proxy with a login in front of it.`,
    );
  }
  if (values.HANSARD_REDIS_URL !== undefined && values.HANSARD_INSTANCE_SECRET === undefined) {
    throw new ConfigError(
      'HANSARD_INSTANCE_SECRET: instances that share rooms by HANSARD_REDIS_URL know each other by a secret, the same for all, of at least 16 characters.',
    );
  }
  const providers = {
    geminiApiKey: values.GEMINI_API_KEY,
    geminiBaseUrl: values.GEMINI_BASE_URL,
    groqApiKey: values.GROQ_API_KEY,
    groqBaseUrl: values.GROQ_BASE_URL,
    openaiApiKey: values.OPENAI_API_KEY,
    openaiBaseUrl: values.OPENAI_BASE_URL,
  };
  const dataDir = resolve(values.HANSARD_DATA_DIR);
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    dataDir,
    databaseFile: join(dataDir, 'hansard.sqlite'),
    journalDir: join(dataDir, 'journal'),
    objectsDir: join(dataDir, 'objects'),
    logLevel: values.HANSARD_LOG_LEVEL,
    drainTimeoutMs: values.HANSARD_DRAIN_TIMEOUT_MS,
    capture: {
      maxChunkMs: values.HANSARD_CHUNK_MAX_MS,
      journalFileBytes: values.HANSARD_JOURNAL_FILE_BYTES,
      journalMaxBytes: values.HANSARD_JOURNAL_MAX_BYTES,
      maxBytesInFlight: values.HANSARD_MAX_BYTES_IN_FLIGHT,
      partMaxBytes: values.HANSARD_PART_MAX_BYTES,
      partMaxMs: values.HANSARD_PART_MAX_MS,
    },
    meetings: {
      maxLive: values.HANSARD_MAX_MEETINGS,
      idleMs: values.HANSARD_MEETING_IDLE_MS,
      sweepEveryMs: values.HANSARD_MEETING_SWEEP_MS,
      bufferBytes: values.HANSARD_MEETING_BUFFER_BYTES,
    },
    memory: {
      isGoverned: values.HANSARD_GOVERNANCE,
      budgetBytes: values.HANSARD_MEMORY_BYTES,
      cacheBytes: values.HANSARD_CACHE_BYTES,
      drill: values.HANSARD_MEMORY_DRILL,
      restartAfterMs: values.HANSARD_MEMORY_RESTART_MS,
      alertWebhookUrl: values.HANSARD_ALERT_WEBHOOK_URL,
      alertSlackUrl: values.HANSARD_ALERT_SLACK_URL,
    },
    speechGate: values.HANSARD_SPEECH_GATE,
    transcription: {
      engine: values.HANSARD_ENGINE,
      setUp: values.HANSARD_ENGINE_SETUP,
      language: values.HANSARD_LANGUAGE,
      localConcurrency: values.HANSARD_LOCAL_CONCURRENCY,
      cloudMaxConcurrency: values.HANSARD_CLOUD_MAX_CONCURRENCY,
      sherpaModelDir: values.HANSARD_SHERPA_MODEL_DIR,
      vadModelFile: values.HANSARD_VAD_MODEL_FILE,
      geminiModel: values.GEMINI_TRANSCRIBE_MODEL,
      groqModel: values.GROQ_TRANSCRIBE_MODEL,
      openaiModel: values.OPENAI_TRANSCRIBE_MODEL,
      dataDir,
      ...providers,
    },
    minutes: {
      engine: values.HANSARD_MINUTES_ENGINE,
      requestTimeoutMs: values.HANSARD_MINUTES_TIMEOUT_MS,
      geminiModel: values.GEMINI_MINUTES_MODEL,
      groqModel: values.GROQ_MINUTES_MODEL,
      openaiModel: values.OPENAI_MINUTES_MODEL,
      ...providers,
    },
    knowledge: {
      incomingDir: join(dataDir, 'incoming-documents'),
      roomsDir: join(dataDir, 'rooms'),
      maxDocumentBytes: values.HANSARD_DOCUMENT_MAX_BYTES,
      parsersAtOnce: values.HANSARD_DOCUMENT_PARSERS,
      roomsBytes: values.HANSARD_ROOMS_BYTES,
      vectorBits: values.HANSARD_ROOM_VECTOR_BITS === '8' ? (8 as const) : (4 as const),
      embeddings: {
        provider: values.HANSARD_EMBEDDINGS,
        dims: values.HANSARD_EMBEDDING_DIMS,
        requestTimeoutMs: values.HANSARD_EMBEDDING_TIMEOUT_MS,
        requestsPerMinute: values.HANSARD_EMBEDDING_REQUESTS_PER_MINUTE,
        maxCacheBytes: values.HANSARD_EMBEDDING_CACHE_BYTES,
        geminiModel: values.GEMINI_EMBEDDING_MODEL,
        openaiModel: values.OPENAI_EMBEDDING_MODEL,
        ollamaModel: values.OLLAMA_EMBEDDING_MODEL,
        ollamaBaseUrl: values.OLLAMA_BASE_URL,
        ...providers,
      },
    },
    /** Null for an instance by itself. */
    sharing:
      values.HANSARD_REDIS_URL === undefined
        ? null
        : {
            redisUrl: values.HANSARD_REDIS_URL,
            /** Without, where it listens. */
            instanceUrl: values.HANSARD_INSTANCE_URL,
            secret: values.HANSARD_INSTANCE_SECRET ?? '',
          },
    answers: {
      engine: values.HANSARD_ANSWERS_ENGINE,
      requestTimeoutMs: values.HANSARD_ANSWERS_TIMEOUT_MS,
      geminiModel: values.GEMINI_ANSWERS_MODEL ?? values.GEMINI_MINUTES_MODEL,
      groqModel: values.GROQ_ANSWERS_MODEL ?? values.GROQ_MINUTES_MODEL,
      openaiModel: values.OPENAI_ANSWERS_MODEL ?? values.OPENAI_MINUTES_MODEL,
      ...providers,
    },
  });
}

export type Config = ReturnType<typeof loadConfig>;
