import { expect, it } from 'vitest';
import { chooseEncoding, type RecordingFeatures } from './choose.ts';
import { openWebCodecs } from './web-codecs.ts';

/** A browser whose recorder and encoder make these. */
function browserWith({ records = [], encodes }: { records?: string[]; encodes?: boolean }): RecordingFeatures {
  const MediaRecorder = { isTypeSupported: (type: string) => records.includes(type) };
  const AudioEncoder = { isConfigSupported: async () => ({ supported: encodes }) };
  return {
    MediaRecorder,
    isSecureContext: true,
    ...(encodes !== undefined && { AudioEncoder, AudioWorkletNode: function none() {} }),
  } as unknown as RecordingFeatures;
}

it('takes the browser’s recorder where that makes WebM', async () => {
  const open = await chooseEncoding(browserWith({ records: ['audio/webm'], encodes: true }));
  // Its recorder is asked for; there is none in Node.
  await expect(open({} as never)).rejects.toThrow('MediaRecorder is not defined');
});

it('takes the encoder where the recorder makes MP4 only', async () => {
  const open = await chooseEncoding(browserWith({ records: ['audio/mp4'], encodes: true }));
  await expect(open({} as never)).rejects.toThrow('AudioEncoder is not defined');
  await expect(openWebCodecs({} as never)).rejects.toThrow('AudioEncoder is not defined');
});

it.each([
  ['nothing at all', { isSecureContext: true }, 'Safari 18.4'],
  ['a recorder from before it could be asked', { MediaRecorder: {}, isSecureContext: true }, 'Safari 18.4'],
  ['an encoder without Opus', browserWith({ encodes: false }), 'Safari 18.4'],
  ['a page that is not secure', { isSecureContext: false }, 'https'],
])('says what to do where there is %s', async (_case, features, advice) => {
  const chosen = chooseEncoding(features as RecordingFeatures);
  await expect(chosen).rejects.toMatchObject({ code: 'UNSUPPORTED_BROWSER' });
  await expect(chosen).rejects.toThrow(advice);
});
