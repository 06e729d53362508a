import { describe, expect, it } from 'vitest';
import { createMinutesEngines, type MinutesConfig } from './engines.ts';

const requestTimeoutMs = 1000;

describe('the engine that writes minutes', () => {
  it.each<[string, Partial<MinutesConfig>, string]>([
    ['nothing is configured', {}, 'local'],
    ['one provider is', { geminiApiKey: 'k' }, 'gemini'],
    ['several are: the first', { openaiApiKey: 'k', groqApiKey: 'k' }, 'groq'],
    ['a server of one’s own is', { openaiBaseUrl: 'http://127.0.0.1:1/v1' }, 'openai'],
    ['one is chosen', { engine: 'openai', openaiApiKey: 'k', groqApiKey: 'k' }, 'openai'],
    ['local is chosen', { engine: 'local', groqApiKey: 'k' }, 'local'],
    ['the chosen one has no key', { engine: 'groq' }, 'local'],
  ])('where %s', (_, config, name) => {
    const engines = createMinutesEngines({ engine: 'auto', requestTimeoutMs, ...config });
    expect(engines.find()?.name).toBe(name);
    const active = engines.statuses().filter((status) => status.active);
    expect(active.map((status) => status.name)).toEqual([name]);
  });

  it('says what would turn a missing one on', () => {
    const [groq] = createMinutesEngines({ engine: 'groq', requestTimeoutMs }).statuses();
    expect(groq).toMatchObject({ state: 'missing', detail: expect.stringContaining('GROQ_API_KEY') });
  });

  it('is another one by name, where that is set up', () => {
    const engines = createMinutesEngines({ engine: 'auto', groqApiKey: 'k', groqModel: 'm', requestTimeoutMs });
    expect(engines.find('local')).toBe(engines.local);
    expect(engines.find('groq')?.label).toBe('groq m');
    expect(engines.find('gemini')).toBeNull();
  });
});
