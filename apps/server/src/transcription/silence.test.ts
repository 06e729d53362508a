import { expect, it } from 'vitest';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpeg, spokenOgg } from '../adapters/models/transcribe/test-audio.ts';
import { createSpeechGate } from './speech-gate/index.ts';
import * as sounds from './speech-gate/test-sounds.ts';
import { addChunks, chosen, createTestBench, createTestEngine, saysWords } from './testing.ts';

/** A minute of plucked notes, over and over. */
const tune: sounds.Sound = (count) => {
  const minute = sounds.arpeggio(60 * sounds.soundRate);
  return Float32Array.from({ length: count }, (_, at) => minute[at % minute.length]!);
};

/** Codes a sound as a recorder does and cuts it into chunks of 15 s. */
async function chunksOf(sound: sounds.Sound, minutes: number): Promise<Uint8Array[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-silence-'));
  try {
    const samples = sound(minutes * 60 * sounds.soundRate);
    const input = ['-f', 'f32le', '-ar', String(sounds.soundRate), '-ac', '1', '-i', 'pipe:0'];
    const coding = ['-c:a', 'libopus', '-b:a', '32k', '-frame_duration', '60', '-compression_level', '0'];
    const cut = ['-f', 'segment', '-segment_time', '15', '-segment_format', 'ogg', join(folder, '%03d.ogg')];
    await ffmpeg([...input, ...coding, ...cut], new Uint8Array(samples.buffer));
    const files = readdirSync(folder).toSorted();
    return files.map((file) => readFileSync(join(folder, file)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Gives each chunk its sound, and to an engine that hears words in everything. */
async function segmentsFrom(chunks: Uint8Array[]): Promise<{ texts: string[]; states: Set<string> }> {
  const gate = createSpeechGate({});
  const byId = new Map<string, Uint8Array>();
  const { database, transcription, pass, published, states } = await createTestBench({
    gate,
    withChunkAudio: ({ id }, work) => work(byId.get(id)!),
  });
  for (const [index, id] of (await addChunks(database, 'm', chunks.length)).entries()) byId.set(id, chunks[index]!);
  await transcription.setEngine(chosen(createTestEngine(() => saysWords('nothing'))));
  await transcription.start();
  await pass(0);
  await gate.close();
  return { texts: published.map(({ text }) => text), states: new Set(await states()) };
}

it.each<[string, sounds.Sound]>([
  ['silence', sounds.silence],
  ['white noise', sounds.whiteNoise(0.03)],
  ['music-like tones', tune],
])('10 minutes of %s give no segment, though the engine invents text for everything', async (_, sound) => {
  const chunks = await chunksOf(sound, 10);
  expect(chunks.length).toBeGreaterThanOrEqual(40);
  expect(await segmentsFrom(chunks)).toEqual({ texts: [], states: new Set(['silent']) });
});

it('speech among them does', async () => {
  const [noise] = await chunksOf(sounds.whiteNoise(0.03), 0.25);
  const { audio } = await spokenOgg('We need more people to test the new system.');
  expect((await segmentsFrom([noise!, audio, noise!])).texts).toEqual(['words of nothing']);
});
