import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, environmentNames, loadConfig } from './config.ts';

const example = readFileSync(join(import.meta.dirname, '../../../.env.example'), 'utf8');
const documented = new Map(
  example
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
);

describe('loadConfig', () => {
  it('knows exactly the variables that .env.example documents', () => {
    expect([...documented.keys()].toSorted()).toEqual(environmentNames.toSorted());
  });

  it('has the defaults that .env.example shows', () => {
    expect(loadConfig(Object.fromEntries(documented))).toEqual(loadConfig({}));
  });

  it('is frozen', () => {
    expect(Object.isFrozen(loadConfig({}))).toBe(true);
  });

  it('names each variable that it cannot use', () => {
    const load = () => loadConfig({ PORT: 'many', HANSARD_ENGINE: 'parrot' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/PORT: .*\nHANSARD_ENGINE: /);
  });

  it('wants a secret from instances that share rooms', () => {
    const shared = { HANSARD_REDIS_URL: 'redis://127.0.0.1:6379' };
    expect(() => loadConfig(shared)).toThrow(/HANSARD_INSTANCE_SECRET/);
    expect(() => loadConfig({ ...shared, HANSARD_INSTANCE_SECRET: 'too short' })).toThrow(/HANSARD_INSTANCE_SECRET/);
    const { sharing } = loadConfig({ ...shared, HANSARD_INSTANCE_SECRET: 'sixteen letters!' });
    expect(sharing).toEqual({ redisUrl: 'redis://127.0.0.1:6379', secret: 'sixteen letters!', instanceUrl: undefined });
  });

  it.each(['0.0.0.0', '192.168.1.5', 'example.org', '::'])('refuses to listen on %s', (host) => {
    expect(() => loadConfig({ HOST: host })).toThrow(/not a loopback address/);
  });
});
