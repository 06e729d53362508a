import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import { Demuxer, initialDemuxerState } from './demuxer.ts';
import { silencePacket } from './opus.ts';
import { noBytes, type ByteRange } from './packet.ts';
import {
  clusterOf,
  concat,
  fixturePath,
  fixtures,
  makeCluster,
  makeWebm,
  opusHeadOf,
  packetsOf,
  readFixture,
  webmHeader,
} from './testing.ts';

const webm = 'audio/webm;codecs=opus';

describe.each(fixtures)('$name', ({ name, mimeType }) => {
  const bytes = readFixture(name);
  const packets = packetsOf(bytes, mimeType);

  it('has the packets that mediabunny finds', async () => {
    const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
    const track = (await input.getPrimaryAudioTrack())!;
    const theirs = [];
    for await (const packet of new EncodedPacketSink(track).packets()) theirs.push(packet);
    expect(packets.map(({ payload }) => Buffer.from(payload).toString('base64'))).toEqual(
      theirs.map(({ data }) => Buffer.from(data).toString('base64')),
    );
    const ownTimes = packets.map(({ containerMs, timeSample }) => containerMs ?? timeSample / 48);
    // Of Ogg's first packet mediabunny tells the time at which it is heard, after the pre-skip.
    const shift = theirs[1]!.timestamp * 1000 - ownTimes[1]!;
    for (const [index, { timestamp }] of theirs.entries()) {
      if (index === 0) continue;
      expect(Math.abs(timestamp * 1000 - shift - ownTimes[index]!)).toBeLessThan(1);
    }
  });

  it('has the sizes and durations that ffprobe finds', async () => {
    const theirs = await probePackets(fixturePath(name));
    expect(packets.map(({ size }) => size)).toEqual(theirs.map(({ size }) => Number(size)));
    // Of the last packet ffprobe tells what is left after trimming.
    const milliseconds = packets.map(({ samples }) => Math.round(samples / 48)).slice(0, -1);
    const probed = theirs.map(({ duration_time: seconds }) => Math.round(Number(seconds) * 1000)).slice(0, -1);
    expect(milliseconds).toEqual(probed);
  });

  it('says in which bytes each payload is', () => {
    if (mimeType.startsWith('audio/ogg')) return;
    for (const { byteStart, byteEnd, payload, blockStart } of packets) {
      expect(bytes.subarray(byteStart, byteEnd)).toEqual(payload);
      expect(bytes[blockStart]! & 0xfc).toBe(0xa0);
    }
  });

  it('goes on from its state, as JSON, at any byte', () => {
    const expected = packets.map((packet) => ({ ...packet, payload: noBytes }));
    for (let cut = 1; cut < bytes.length; cut += 997) {
      const first = new Demuxer(initialDemuxerState(mimeType));
      const found = first.push(bytes.subarray(0, cut), 0);
      const second = new Demuxer(JSON.parse(JSON.stringify(first.state)));
      expect(cut - second.offset).toBeLessThanOrEqual(300);
      found.push(...second.push(bytes.subarray(second.offset), second.offset), ...second.finish());
      expect(found).toEqual(expected);
    }
  });
});

it('finds the packets of each of several tracks that come in turn, cut anywhere', () => {
  const tracks = fixtures.map(({ name, mimeType }) => {
    const bytes = readFixture(name);
    return { bytes, expected: packetsOf(bytes, mimeType), demuxer: new Demuxer(initialDemuxerState(mimeType)) };
  });
  const found = tracks.map(() => [] as unknown[]);
  const longest = Math.max(...tracks.map(({ bytes }) => bytes.length));
  for (let at = 0, turn = 0; at < longest; turn += 1) {
    const end = at + 1 + ((turn * 997) % 4096);
    for (const [index, { bytes, demuxer }] of tracks.entries()) {
      if (at < bytes.length) found[index]!.push(...demuxer.push(bytes.subarray(at, end), at));
    }
    at = end;
  }
  for (const [index, { demuxer, expected }] of tracks.entries()) {
    found[index]!.push(...demuxer.finish());
    expect(found[index]).toEqual(expected.map((packet) => ({ ...packet, payload: noBytes })));
  }
});

describe('bytes given twice, or left out', () => {
  it('trims what it has seen and refuses a hole with the offset it wants', () => {
    const bytes = readFixture('chromium-speech.webm');
    const demuxer = new Demuxer(initialDemuxerState(webm));
    const found = demuxer.push(bytes.subarray(0, 5000), 0);
    found.push(...demuxer.push(bytes.subarray(1000, 6000), 1000), ...demuxer.push(bytes.subarray(0, 300), 0));
    expect(() => demuxer.push(bytes.subarray(6001), 6001)).toThrow(
      expect.objectContaining({ code: 'HOLE', durable: 6000 }),
    );
    found.push(...demuxer.push(bytes.subarray(6000), 6000), ...demuxer.finish());
    expect(found.map(({ byteStart }) => byteStart)).toEqual(packetsOf(bytes, webm).map(({ byteStart }) => byteStart));
  });
});

describe('time', () => {
  const jumps = (clusters: Parameters<typeof makeWebm>[0]) =>
    packetsOf(makeWebm(clusters), webm).map(({ jumpSamples }) => jumpSamples / 48);
  const second = Array.from({ length: 10 }, () => 200);

  it('is that of the packets, however the container rounds', () => {
    expect(jumps([clusterOf(0, second), clusterOf(607, second), clusterOf(1190, second)])).toEqual(Array(30).fill(0));
  });

  it('follows the container where that goes ahead by more than half a second', () => {
    const found = jumps([clusterOf(0, second), clusterOf(1090, second), clusterOf(5600, second)]);
    expect(found.filter((jump) => jump > 0)).toEqual([4400]);
    expect(found[20]).toBe(4400);
  });

  it('is right in a real recording during which the machine slept for two seconds', () => {
    const packets = packetsOf(readFixture('chromium-suspended.webm'), webm);
    const last = packets.at(-1)!;
    expect(packets.filter(({ jumpSamples }) => jumpSamples > 0)).toHaveLength(1);
    expect((last.audioSample + last.samples) / 48).toBeLessThan(5300);
    expect((last.timeSample + last.samples) / 48).toBeGreaterThan(6600);
  });

  it('follows a drift only when it has come to three seconds', () => {
    const drifting = Array.from({ length: 12 }, (_, index) => clusterOf(index * 1000, second));
    const found = jumps(drifting);
    expect(found.filter((jump) => jump > 0)).toEqual([3200]);
    expect(found[80]).toBe(3200);
  });

  it('never goes back', () => {
    expect(jumps([clusterOf(10_000, second), clusterOf(0, second), clusterOf(10_600, second)])).toEqual(
      Array(30).fill(0),
    );
  });

  it('has at most a day of silence, whatever the clock says', () => {
    const wild = Array.from({ length: 50 }, (_, index) => clusterOf(index * 7 * 3_600_000, [100]));
    expect(jumps(wild).reduce((sum, jump) => sum + jump, 0)).toBeLessThanOrEqual(24 * 3_600_000);
  });
});

describe('damage', () => {
  it('goes on at the next cluster, says what was lost, and places what follows by the clock', () => {
    const good = Array.from({ length: 5 }, () => 200);
    const head = makeWebm([clusterOf(0, good)]);
    const broken = makeCluster(clusterOf(300, good)).fill(0, 0, 40);
    const ranges: ByteRange[] = [];
    const demuxer = new Demuxer(initialDemuxerState(webm), { onDamage: (range) => ranges.push(range) });
    const packets = demuxer.push(concat([head, broken, makeCluster(clusterOf(600, good))]), 0);
    expect(ranges).toEqual([{ byteStart: head.length, byteEnd: head.length + broken.length }]);
    expect(packets.map(({ timeSample }) => timeSample / 48)).toEqual([0, 60, 120, 180, 240, 600, 660, 720, 780, 840]);
    expect(packets[5]).toMatchObject({ afterDamage: true, jumpSamples: 300 * 48 });
  });

  it('takes no declared size at its word', () => {
    const huge = [0xa3, 0x08, 0xff, 0xff, 0xff, 0xff];
    const demuxer = new Demuxer(initialDemuxerState(webm), { keepPayloads: true });
    const bytes = concat([makeWebm([clusterOf(0, [100])]), huge, makeCluster(clusterOf(60, [100]))]);
    expect(demuxer.push(bytes, 0)).toHaveLength(2);
  });

  it('finds the next page of an Ogg file', () => {
    const { name, mimeType } = fixtures[3];
    const bytes = readFixture(name);
    const whole = packetsOf(bytes, mimeType);
    const ranges: ByteRange[] = [];
    const demuxer = new Demuxer(initialDemuxerState(mimeType), { onDamage: (range) => ranges.push(range) });
    const secondPage = Buffer.from(bytes).indexOf('OggS', 200);
    const packets = demuxer.push(Uint8Array.from(bytes).fill(0, secondPage, secondPage + 30), 0);
    expect(ranges).toHaveLength(1);
    expect(packets.length).toBeGreaterThan(whole.length / 2);
    expect(packets.filter(({ afterDamage }) => afterDamage)).toHaveLength(1);
    expect(packets.at(-1)!.byteEnd).toBe(bytes.length);
  });
});

describe('blocks', () => {
  it('may be in groups', () => {
    const payload = silencePacket(2880, 1);
    const blocks = [0, 60, 120].map((relativeMs) => ({ relativeMs, payload, asGroup: relativeMs > 0 }));
    const packets = packetsOf(makeWebm([{ ms: 0, blocks }]), webm);
    expect(packets.map(({ payload }) => payload)).toEqual([payload, payload, payload]);
    expect(packets[1]!.byteStart - packets[1]!.blockStart).toBe(3 + 3 + 4);
  });
});

describe('what it refuses', () => {
  const refusal = (bytes: Uint8Array, mimeType = webm) => {
    const demuxer = new Demuxer(initialDemuxerState(mimeType));
    expect(demuxer.push(bytes, 0)).toEqual([]);
    expect(demuxer.push(new Uint8Array(9), bytes.length)).toEqual([]);
    return demuxer.refused;
  };

  it.each(['video/webm;codecs=opus', 'audio/webm;codecs=vorbis', 'audio/mp4', '', 'audio/webm;codecs="opus,vp8"'])(
    'the MIME type "%s"',
    (mimeType) => {
      expect(() => initialDemuxerState(mimeType)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MEDIA' }));
    },
  );

  it.each([
    ['what is not WebM', Buffer.from('RIFF....WAVEfmt ')],
    ['EBML of another kind', concat([[0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x82, 0x81], Buffer.from('x')])],
    ['a track of another codec', concat([webmHeader(new Uint8Array(19), 'A_VORBIS'), makeCluster(clusterOf(0, [9]))])],
    ['more than two channels', concat([webmHeader(opusHeadOf(6, 0)), makeCluster(clusterOf(0, [9]))])],
  ])('%s', (_, bytes) => {
    expect(refusal(bytes)?.code).toBe('UNSUPPORTED_MEDIA');
  });

  it('a header without end', () => {
    const endless = concat([
      webmHeader(opusHeadOf(1, 0)),
      ...Array(20).fill(concat([[0xec, 0x21, 0, 0], new Uint8Array(65536)])),
    ]);
    expect(refusal(endless)?.code).toBe('UNSUPPORTED_MEDIA');
  });

  it('what is not Ogg, and Ogg without Opus', () => {
    expect(refusal(new Uint8Array(400), 'audio/ogg')?.code).toBe('UNSUPPORTED_MEDIA');
    const ogg = Uint8Array.from(readFixture('ffmpeg-speech.ogg'));
    ogg[28] = 0;
    expect(refusal(ogg, 'audio/ogg')?.code).toBe('UNSUPPORTED_MEDIA');
  });
});

async function probePackets(file: string): Promise<{ size: string; duration_time: string }[]> {
  const show = ['-v', 'error', '-show_packets', '-show_entries', 'packet=size,duration_time', '-of', 'json', file];
  const { stdout } = await promisify(execFile)('ffprobe', show);
  return (JSON.parse(stdout) as { packets: { size: string; duration_time: string }[] }).packets;
}
