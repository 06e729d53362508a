import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from './contract-suite.ts';
import type { TranscribeEngine, TranscribeRequest } from './contract.ts';
import type { Fault, ProviderTestServer } from './provider-test-server.ts';
import { spokenOgg } from './test-audio.ts';

interface OpenProvider {
  server: ProviderTestServer;
  engine: TranscribeEngine;
  close(): Promise<void>;
}

/** What every provider's engine makes of what can go wrong on the way. Each fault is followed by a call that must succeed. */
export function providerFaults(
  name: string,
  open: (timeoutMs?: number, apiKey?: string) => Promise<OpenProvider>,
): void {
  describe(`${name} in trouble`, () => {
    let provider: OpenProvider;
    let request: TranscribeRequest;
    beforeAll(async () => {
      provider = await open();
      request = await spokenOgg('The committee will meet again on Tuesday morning.');
    });
    afterAll(() => provider.close());

    const call = ({ engine }: OpenProvider) => engine.transcribe(request, new AbortController().signal);
    const status = (code: number, headers = {}, body?: string): Fault => ({
      kind: 'status',
      status: code,
      headers,
      ...(body !== undefined && { body }),
    });

    it.each<[string, Fault, object]>([
      ['429, wait 7 s', status(429, { 'retry-after': '7' }), { kind: 'rate-limited', retryAfterMs: 7000 }],
      ['429', status(429), { kind: 'rate-limited', retryAfterMs: undefined }],
      ['a spent quota', status(429, {}, '{"error":{"message":"You exceeded your current quota"}}'), { kind: 'quota' }],
      ['402', status(402), { kind: 'quota' }],
      ['403', status(403), { kind: 'unavailable', message: expect.stringContaining('key was refused') }],
      ['500', status(500), { kind: 'unavailable' }],
      ['503, wait 2 s', status(503, { 'retry-after': '2' }), { kind: 'unavailable', retryAfterMs: 2000 }],
      ['400', status(400), { kind: 'rejected' }],
      ['413', status(413), { kind: 'rejected' }],
      ['a cut body', { kind: 'cut-body' }, { kind: 'failed' }],
      ['nonsense', { kind: 'nonsense' }, { kind: 'failed' }],
      ['a lost connection', { kind: 'disconnect' }, { kind: 'unavailable' }],
    ])('%s', async (_, fault, expected) => {
      provider.server.fail(fault);
      expect(await failure(call(provider))).toMatchObject(expected);
      expect(await call(provider)).not.toEqual([]);
    });

    it('429, wait until a date', async () => {
      provider.server.fail(status(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
      const { retryAfterMs } = await failure(call(provider));
      expect(retryAfterMs).toBeGreaterThan(30_000);
      expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    });

    it('a hang', async () => {
      const impatient = await open(100);
      impatient.server.fail({ kind: 'hang' });
      expect(await failure(call(impatient))).toMatchObject({ kind: 'unavailable' });
      await impatient.close();
    });

    it('a wrong key', async () => {
      const locked = await open(undefined, 'wrong');
      expect(await failure(call(locked))).toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('key was refused'),
      });
      await locked.close();
    });

    it('nobody there', async () => {
      const gone = await open();
      await gone.close();
      expect(await failure(call(gone))).toMatchObject({ kind: 'unavailable' });
    });

    it('does not retry by itself', async () => {
      const fresh = await open();
      fresh.server.fail(status(500), status(500));
      await failure(call(fresh));
      await failure(call(fresh));
      expect(await call(fresh)).not.toEqual([]);
      expect(fresh.server.seen).toHaveLength(1);
      await fresh.close();
    });
  });
}
