import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oggOf, silentOgg, spokenOgg } from '../../adapters/models/transcribe/test-audio.ts';
import { decodeWhole } from '../../adapters/models/transcribe/index.ts';
import type { SpeechGate } from './contract.ts';
import * as sounds from './test-sounds.ts';

const never = () => new AbortController().signal;
const sixSeconds = 6 * sounds.soundRate;

/** What every speech gate keeps to. How well it tells speech from noise at length is the benchmark's to say. */
export function speechGateContract(name: string, open: () => SpeechGate): void {
  describe(`${name} as a SpeechGate`, () => {
    let gate: SpeechGate;
    beforeAll(() => {
      gate = open();
    });
    afterAll(() => gate.close());

    it.each<[string, sounds.Sound]>([
      ['white noise', sounds.whiteNoise(0.05)],
      ['pink noise', sounds.pinkNoise(0.05)],
      ['hum', sounds.hum(0.05)],
      ['held tones', sounds.heldTones],
      ['chords', sounds.chords],
    ])('lets no %s through', async (_, sound) => {
      const { audio } = await oggOf(sound(sixSeconds));
      expect(await gate.hasSpeech(audio, never())).toBe(false);
    });

    it('lets no silence through, nor a chunk of no length', async () => {
      expect(await gate.hasSpeech((await silentOgg(6)).audio, never())).toBe(false);
      expect(await gate.hasSpeech((await silentOgg(0.06)).audio, never())).toBe(false);
    });

    it.each(['rms', 'slt', 'awb', 'kal'])('lets %s speak, also 10 dB over noise', async (voice) => {
      const { audio } = await spokenOgg('Could you tell us how long this is going to take?', voice);
      expect(await gate.hasSpeech(audio, never())).toBe(true);
      const speech = await decodeWhole(audio);
      const noisy = await oggOf(sounds.overNoise(speech, sounds.pinkNoise(1, 3)(speech.length), 10));
      expect(await gate.hasSpeech(noisy.audio, never())).toBe(true);
    });

    it('hears a single word', async () => {
      expect(await gate.hasSpeech((await spokenOgg('Yes.')).audio, never())).toBe(true);
    });

    it('says the same of a chunk again, whatever came between', async () => {
      const [{ audio: speech }, { audio: noise }] = [await spokenOgg('Yes.'), await oggOf(sounds.chords(sixSeconds))];
      const verdicts = await Promise.all(
        [speech, noise, speech, noise, speech].map((ogg) => gate.hasSpeech(ogg, never())),
      );
      expect(verdicts).toEqual([true, false, true, false, true]);
    });

    it('refuses what is no sound, ends on abort, and goes on after close', async () => {
      const { audio } = await spokenOgg('Yes.');
      await expect(gate.hasSpeech(Buffer.from('no sound'), never())).rejects.toThrow(RangeError);
      await expect(gate.hasSpeech(audio, AbortSignal.abort())).rejects.toThrow(/abort/i);
      const stop = new AbortController();
      const call = gate.hasSpeech(audio, stop.signal);
      stop.abort();
      await expect(call).rejects.toThrow(/abort/i);
      await gate.close();
      expect(await gate.hasSpeech(audio, never())).toBe(true);
    });
  });
}
