import { Demuxer, initialDemuxerState } from '@hansard/server/media';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClientRig, decode, loudness, type ClientRig } from './client-rig.ts';

let rig: ClientRig;

const trackIds = () => [...new Set(rig.server.opens)];
const waitFor = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 50 });

describe('recorder in Chromium, with a microphone', () => {
  beforeAll(async () => {
    rig = await createClientRig();
  });
  afterAll(async () => {
    rig.server.assertNoViolations();
    await rig.close();
  });

  it.each([
    { by: 'recorder', hasWebmRecorder: true },
    { by: 'encoder', hasWebmRecorder: false },
  ])('brings every byte of its $by to the server, in little memory, and a pause as silence', async (browser) => {
    const page = await rig.open();
    await page.evaluate(async ({ hasWebmRecorder }) => {
      if (!hasWebmRecorder) MediaRecorder.isTypeSupported = () => false;
      await window.recorder.start();
    }, browser);
    await page.waitForTimeout(3_000);
    const pausedAt = await page.evaluate(() => {
      window.recorder.pause();
      return window.recorder.capturedMs();
    });
    await page.waitForTimeout(2_500);
    const resumedAt = await page.evaluate(() => {
      window.recorder.resume();
      return window.recorder.capturedMs();
    });
    await page.waitForTimeout(2_500);
    const level = await page.evaluate(async () => {
      const levels: number[] = [];
      for (let look = 0; look < 60; look += 1) {
        levels.push(window.recorder.level());
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return Math.max(...levels);
    });
    const state = await page.evaluate(async () => {
      await window.recorder.stop();
      return window.recorder.state();
    });
    if (state.kind !== 'stopped') throw new Error(state.kind);
    const [{ trackId, capturedMs }] = state.tracks as [(typeof state.tracks)[0]];
    await waitFor(() => expect(rig.server.track(trackId)?.closedAt).toBeGreaterThan(0));

    const track = rig.server.track(trackId)!;
    expect(track.closedAt).toBe(rig.server.durable(trackId));
    expect(track.capturedMs).toBe(capturedMs);
    await waitFor(async () => expect(await page.evaluate(() => window.spool.tracks())).toEqual([]));
    expect(await page.evaluate(() => window.uploader.status())).toEqual({ kind: 'saved' });
    expect(await page.evaluate(() => window.mostHeldBytes)).toBeLessThanOrEqual(1024 * 1024);
    expect(level).toBeGreaterThan(0.1);

    const samples = decode(rig.server.bytes(trackId));
    const playsMs = samples.length / 16;
    // The recorder's clock starts a little before its first sample.
    expect(Math.abs(playsMs - capturedMs)).toBeLessThan(250);
    expect(loudness(samples, 500, pausedAt - 300)).toBeGreaterThan(0.001);
    expect(loudness(samples, pausedAt + 400, resumedAt - 400)).toBeLessThan(0.0005);
    expect(loudness(samples, resumedAt + 400, playsMs)).toBeGreaterThan(0.001);
    await page.close();
  });

  it('uploads after a crash of the tab what the spool has, and goes on in a track that continues', async () => {
    const page = await rig.open();
    const before = trackIds().length;
    await page.evaluate(() => window.recorder.start());
    await waitFor(() => expect(trackIds()).toHaveLength(before + 1));
    const crashed = trackIds().at(-1)!;
    // No answer from here on: what is recorded stays in the spool.
    rig.server.mute(true);
    await page.waitForTimeout(2_000);
    const other = await rig.open();
    const spooled = async () =>
      (await other.evaluate(() => window.spool.tracks())).find(({ trackId }) => trackId === crashed)!;
    expect(await other.evaluate(() => window.uploader.resumeUploads())).toEqual([]);
    expect(await other.evaluate(() => window.hansard.recoverUnfinished(window.spool))).toEqual([]);
    page.on('crash', () => {});
    await page.goto('chrome://crash').catch(() => {});
    rig.server.mute(false);

    await waitFor(async () => {
      const found = await other.evaluate(() => window.hansard.recoverUnfinished(window.spool, { meetingId: 'm1' }));
      expect(found.map(({ trackId }) => trackId)).toEqual([crashed]);
    });
    const { end, capturedMs } = await spooled();
    expect(capturedMs).toBeGreaterThan(1_500);
    await other.evaluate(async (continues) => {
      await window.uploader.resumeUploads();
      await window.recorder.start({ continues });
    }, crashed);
    await waitFor(() => expect(rig.server.track(crashed)?.closedAt).toBe(end));
    expect(rig.server.durable(crashed)).toBe(end);
    expect(rig.server.track(crashed)?.capturedMs).toBe(capturedMs);
    expect(decode(rig.server.bytes(crashed)).length / 16).toBeGreaterThan(capturedMs - 400);
    await waitFor(() => expect(rig.server.track(trackIds().at(-1)!)?.open.continues).toBe(crashed));
    await other.evaluate(() => window.recorder.stop());
    await waitFor(async () => expect(await other.evaluate(() => window.spool.tracks())).toEqual([]));
    await other.close();
    await page.close().catch(() => {});
  });

  it('goes on after the browser interrupted its encoder, with as much silence as there was no sound', async () => {
    const page = await rig.open();
    const wokenAfterMs = 2_000;
    await page.evaluate(async (afterMs) => {
      MediaRecorder.isTypeSupported = () => false;
      // As a call on a phone does it: the context sleeps, and can't be woken until the call is over.
      let interrupted = false;
      const contexts: AudioContext[] = [];
      window.AudioContext = class extends AudioContext {
        constructor(options?: AudioContextOptions) {
          super(options);
          contexts.push(this);
        }
        override async resume() {
          if (interrupted) await new Promise((resolve) => setTimeout(resolve, afterMs));
          await super.resume();
        }
      };
      await window.recorder.start();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      interrupted = true;
      await contexts[0]!.suspend();
    }, wokenAfterMs);
    await page.waitForTimeout(wokenAfterMs + 1_500);
    await page.evaluate(() => window.recorder.stop());
    const trackId = trackIds().at(-1)!;
    await waitFor(() => expect(rig.server.track(trackId)?.closedAt).toBeGreaterThan(0));
    const demuxer = new Demuxer(initialDemuxerState('audio/webm;codecs=opus'));
    const packets = [...demuxer.push(rig.server.bytes(trackId), 0), ...demuxer.finish()];
    const silentMs = packets.reduce((sum, { jumpSamples }) => sum + jumpSamples, 0) / 48;
    expect(silentMs).toBeGreaterThan(wokenAfterMs - 200);
    const last = packets.at(-1)!;
    const playsMs = (last.timeSample + last.samples) / 48;
    expect(Math.abs(playsMs - rig.server.track(trackId)!.capturedMs)).toBeLessThan(250);
    await page.close();
  });

  it('keeps what it had when the microphone is unplugged, and goes on when asked to', async () => {
    const page = await rig.open();
    await page.evaluate(async () => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (constraints) => {
        const stream = await open(constraints);
        const [track] = stream.getAudioTracks();
        // No event comes of `stop` itself; that of a lost device does.
        setTimeout(() => {
          track!.stop();
          track!.dispatchEvent(new Event('ended'));
        }, 1_000);
        mediaDevices.getUserMedia = open;
        return stream;
      };
      await window.recorder.start();
    });
    await page.waitForFunction(() => window.recorder.state().kind === 'interrupted');
    const state = await page.evaluate(() => {
      const now = window.recorder.state();
      return now.kind === 'interrupted' ? { reason: now.reason, code: now.error.code, tracks: now.tracks } : null;
    });
    expect(state).toMatchObject({ reason: 'device-lost', code: 'NO_DEVICE' });
    const lost = state!.tracks[0]!.trackId;
    await waitFor(() => expect(rig.server.track(lost)?.closedAt).toBeGreaterThan(0));
    await page.evaluate(() => window.recorder.start());
    await waitFor(() => expect(rig.server.track(trackIds().at(-1)!)?.open.continues).toBe(lost));
    await page.evaluate(() => window.recorder.stop());
    await page.close();
  });

  it('stops while there is still room for the last bytes when the spool gets full, and says so before', async () => {
    const page = await rig.open();
    rig.server.mute(true);
    const outcome = await page.evaluate(async () => {
      const { hansard } = window;
      const spool = await hansard.createIndexedDbSpool({
        name: 'small',
        maxBytes: 24_000,
        lowBytes: 14_000,
        reserveBytes: 8_000,
      });
      const uploader = hansard.createUploader({ spool });
      const events: string[] = [];
      spool.subscribe(({ type }) => events.push(type));
      const recorder = hansard.createRecorder({ meetingId: 'm1', source: 'microphone', uploader, spool });
      await recorder.start();
      while (recorder.state().kind !== 'interrupted') await new Promise((resolve) => setTimeout(resolve, 50));
      const state = recorder.state();
      const [track] = await spool.tracks();
      const status = uploader.status().kind;
      uploader.close();
      return {
        events,
        reason: state.kind === 'interrupted' && state.reason,
        track,
        status,
        held: recorder.heldBytes(),
      };
    });
    rig.server.mute(false);
    expect(outcome).toMatchObject({ reason: 'spool-full', status: 'spool-full' });
    expect(outcome.events.slice(0, 2)).toEqual(['SPOOL_LOW', 'SPOOL_FULL']);
    expect(outcome.track!.length).toBe(outcome.track!.end);
    expect(outcome.track!.end).toBeGreaterThan(16_000);
    expect(outcome.track!.end).toBeLessThanOrEqual(24_000);
    await page.close();
  });
});

describe('recorder in Chromium, with a tab', () => {
  beforeAll(async () => {
    rig = await createClientRig({ tabAudio: true });
  });
  afterAll(() => rig.close());

  it('records what the tab plays, without its picture', async () => {
    const page = await rig.open('#tab');
    await page.mouse.click(10, 10);
    await page.evaluate(async () => {
      // Nobody is there to choose a tab: the browser was started to take this one, if asked for it.
      const { mediaDevices } = navigator;
      const share = mediaDevices.getDisplayMedia.bind(mediaDevices);
      const thisTab = { preferCurrentTab: true };
      mediaDevices.getDisplayMedia = (options) => share({ ...options, ...thisTab });
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: 440 });
      tone.connect(context.destination);
      tone.start();
      await window.recorder.start();
    });
    await page.waitForTimeout(3_000);
    await page.evaluate(() => window.recorder.stop());
    const [trackId] = trackIds();
    await waitFor(() => expect(rig.server.track(trackId!)?.closedAt).toBeGreaterThan(0));
    expect(rig.server.track(trackId!)?.open).toMatchObject({ kind: 'tab', participant: null });
    const samples = decode(rig.server.bytes(trackId!));
    expect(samples.length / 16).toBeGreaterThan(2_000);
    expect(loudness(samples, 1_000, 2_000)).toBeGreaterThan(0.01);
    await page.close();
  });

  it('says what to do where there is no microphone', async () => {
    const page = await rig.open();
    const error = await page.evaluate(() =>
      window.recorder.start().then(
        () => null,
        ({ code, message }: { code: string; message: string }) => ({
          code,
          message,
          kind: window.recorder.state().kind,
        }),
      ),
    );
    expect(error).toMatchObject({ kind: 'failed' });
    expect(['NO_DEVICE', 'PERMISSION_DENIED']).toContain(error?.code);
    expect(error?.message).not.toBe('');
    await page.close();
  });
});
