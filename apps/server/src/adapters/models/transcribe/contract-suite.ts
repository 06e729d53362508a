import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError, type TranscribeEngine, type TranscribeRequest } from './contract.ts';
import { silentOgg, spokenOgg } from './test-audio.ts';

interface EngineUnderTest {
  engine: TranscribeEngine;
  close?(): Promise<void>;
}

const never = () => new AbortController().signal;

/** What every engine keeps to. The engine must hear "committee" in the spoken request. */
export function transcribeEngineContract(name: string, open: () => Promise<EngineUnderTest>): void {
  describe(`${name} as a TranscribeEngine`, () => {
    let under: EngineUnderTest;
    let speech: TranscribeRequest;
    beforeAll(async () => {
      under = await open();
      speech = await spokenOgg('The committee will meet again on Tuesday morning.');
    });
    afterAll(async () => {
      await under.engine.close();
      await under.close?.();
    });

    it('hears words, at times within the sound and in order', async () => {
      const lines = await under.engine.transcribe(speech, never());
      expect(lines.map(({ text }) => text).join(' ')).toMatch(/committee/i);
      for (const [index, line] of lines.entries()) {
        expect(line.startMs).toBeGreaterThanOrEqual(lines[index - 1]?.startMs ?? 0);
        expect(line.endMs).toBeGreaterThanOrEqual(line.startMs);
        expect(line.endMs).toBeLessThanOrEqual(speech.durationMs + 100);
        expect(line.text).toBe(line.text.trim());
        expect(line.text).not.toBe('');
      }
    });

    it('hears nothing in silence', async () => {
      expect(await under.engine.transcribe(await silentOgg(3), never())).toEqual([]);
    });

    it('rejects what is no sound with an EngineError that is the chunk’s', async () => {
      const error = await failure(under.engine.transcribe({ ...speech, audio: Buffer.from('no sound') }, never()));
      expect(error.kind).toMatch(/^(rejected|failed)$/);
    });

    it('ends on abort, before the call and during it, and goes on working', async () => {
      const before = await failure(under.engine.transcribe(speech, AbortSignal.abort()));
      expect(before.kind).toBe('unavailable');
      const stop = new AbortController();
      const calls = [under.engine.transcribe(speech, stop.signal), under.engine.transcribe(speech, never())];
      stop.abort();
      expect((await failure(calls[0]!)).kind).toBe('unavailable');
      expect(await calls[1]).not.toEqual([]);
    });

    it('lets calls run side by side', async () => {
      const heard = await Promise.all([1, 2, 3].map(() => under.engine.transcribe(speech, never())));
      expect(heard[1]).toEqual(heard[0]);
      expect(heard[2]).toEqual(heard[0]);
    });

    it('says what it is', () => {
      const { concurrency, kind } = under.engine;
      expect(concurrency.start).toBeGreaterThanOrEqual(1);
      expect(concurrency.max).toBeGreaterThanOrEqual(concurrency.start);
      expect(kind === 'cloud' || concurrency.max === concurrency.start).toBe(true);
    });
  });
}

/** The error that a call ends with; anything but an `EngineError` fails the test. */
export async function failure(call: Promise<unknown>): Promise<EngineError> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}
