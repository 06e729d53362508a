import { describe, expect, it } from 'vitest';
import { ffmpeg, oggOf, silentOgg, spokenOgg } from '../test-audio.ts';
import { decodeOggOpus, decodeWhole, speechSampleRate, toPcm16 } from './decode.ts';
import { oggDurationMs, readOggOpus } from './ogg-packets.ts';

const loudness = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

describe('decodeOggOpus', () => {
  it('gives the sound that ffmpeg decodes, to the sample', async () => {
    const { audio } = await spokenOgg('The committee will meet again on Tuesday morning.');
    const ours = await decodeWhole(audio);
    const theirs = await ffmpeg(['-i', 'pipe:0', '-ar', '16000', '-ac', '1', '-f', 'f32le', 'pipe:1'], audio);
    const reference = new Float32Array(theirs.buffer.slice(theirs.byteOffset, theirs.byteOffset + theirs.length));
    expect(Math.abs(ours.length - reference.length)).toBeLessThanOrEqual(1);
    const difference = ours.map((sample, index) => sample - (reference[index] ?? sample));
    expect(loudness(difference)).toBeLessThan(loudness(ours) * 0.1);
    expect(oggDurationMs(audio)).toBe(Math.round((ours.length / speechSampleRate) * 1000));
  });

  it('comes in blocks, and lets the event loop turn between them', async () => {
    const { audio } = await silentOgg(5);
    let turns = 0;
    const count = () => {
      turns += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    let blocks = 0;
    for await (const block of decodeOggOpus(audio)) {
      blocks += 1;
      expect(block.length).toBeLessThanOrEqual(2 * speechSampleRate);
    }
    clearImmediate(timer);
    expect(blocks).toBeGreaterThanOrEqual(4);
    expect(turns).toBeGreaterThanOrEqual(blocks - 1);
  });

  it('mixes two channels to one', async () => {
    const stereo = ['-f', 'lavfi', '-i', 'sine=f=440:d=1', '-f', 'lavfi', '-i', 'anullsrc=cl=mono', '-shortest'];
    const join = ['-filter_complex', '[0][1]amerge', '-c:a', 'libopus', '-f', 'ogg', 'pipe:1'];
    const mono = await decodeWhole(await ffmpeg([...stereo, ...join]));
    expect(mono.length).toBe(speechSampleRate);
    expect(loudness(mono)).toBeGreaterThan(0.01);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('This is no sound at all, but a line of text.')],
    ['a cut page', Buffer.from('OggS\0\u0002')],
  ])('refuses %s', async (_, bytes) => {
    await expect(decodeWhole(bytes)).rejects.toThrow(RangeError);
  });

  it('refuses a file that is cut, and one that is too long to hold', async () => {
    const { audio } = await silentOgg(3);
    await expect(decodeWhole(audio.subarray(0, audio.length - 5))).rejects.toThrow(RangeError);
    await expect(decodeWhole((await silentOgg(130)).audio)).rejects.toThrow(/longer than/);
  });

  it('leaves out a packet that can’t be decoded', async () => {
    const { audio } = await oggOf(new Float32Array(speechSampleRate));
    const { packets } = readOggOpus(audio);
    packets[3]!.fill(0xff);
    expect((await decodeWhole(audio)).length).toBeGreaterThan(speechSampleRate / 2);
  });

  it('becomes 16-bit samples without wrapping round', () => {
    const pcm = toPcm16(new Float32Array([0, 1, -1, 2, -2]));
    expect([...new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + 10))]).toEqual([
      0, 32_767, -32_767, 32_767, -32_767,
    ]);
  });
});
