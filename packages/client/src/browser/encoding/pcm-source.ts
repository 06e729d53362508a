import { ClientError } from '../../client-error.ts';
import type { PcmBlock, PcmCommand, PcmMessage, PcmWorkletOptions } from './pcm-messages.ts';

/** What Opus works with. A browser that gives another rate is taken at its word. */
const wantedSampleRate = 48_000;
/** How long a context may take to run, once it was asked to. */
const maxWakeMs = 3_000;
/** How long the audio thread may take to hand over its last samples. Where it is suspended, there are none. */
const maxLastBlockMs = 1_000;

export interface PcmSource {
  sampleRate: number;
  start(): void;
  /** Resolves once the last block was told. */
  stop(): Promise<void>;
}

interface PcmSourceOptions {
  stream: MediaStream;
  blockMs: number;
  /** So much sound waits for a page that is busy; what comes then is missing. */
  maxUnreadMs: number;
  /** The block's samples are taken back when this returns. */
  onBlock: (block: PcmBlock) => void;
}

/** A stream's sound as samples of one channel, by an AudioWorklet: a busy page loses none. */
export async function openPcmSource({ stream, blockMs, maxUnreadMs, onBlock }: PcmSourceOptions): Promise<PcmSource> {
  const context = createContext();
  // A call on a phone interrupts the context; afterwards somebody has to wake it.
  const onStateChange = () => {
    if (context.state !== 'running' && context.state !== 'closed') void context.resume().catch(() => {});
  };
  const close = async () => {
    context.removeEventListener('statechange', onStateChange);
    if (context.state !== 'closed') await context.close().catch(() => {});
  };
  let worklet: AudioWorkletNode;
  try {
    // A file of its own, of the page's origin: the content security policy allows no other script.
    await context.audioWorklet.addModule(new URL('./pcm-worklet.js', import.meta.url));
    worklet = createWorklet(context, blockMs, maxUnreadMs);
    // Nothing is written to its output; without a way to the speakers, browsers do not run it.
    context.createMediaStreamSource(stream).connect(worklet).connect(context.destination);
    await wake(context);
  } catch (cause) {
    await close();
    throw cause instanceof ClientError
      ? cause
      : new ClientError('RECORDER_FAILED', 'The browser could not begin to record. Reload the page.', cause);
  }
  const tell = (command: PcmCommand, transferred: Transferable[] = []) =>
    worklet.port.postMessage(command, transferred);
  const lastBlock = Promise.withResolvers<void>();
  worklet.port.addEventListener('message', ({ data }: MessageEvent<PcmMessage>) => {
    if (data === 'stopped') return lastBlock.resolve();
    onBlock(data);
    tell(data.samples, [data.samples.buffer]);
  });
  worklet.port.start();
  context.addEventListener('statechange', onStateChange);

  return {
    sampleRate: context.sampleRate,
    start: () => tell('start'),
    async stop() {
      tell('stop');
      const patience = setTimeout(lastBlock.resolve, maxLastBlockMs);
      await lastBlock.promise;
      clearTimeout(patience);
      await close();
    },
  };
}

function createContext(): AudioContext {
  try {
    return new AudioContext({ sampleRate: wantedSampleRate });
  } catch {
    return new AudioContext();
  }
}

function createWorklet(context: AudioContext, blockMs: number, maxUnreadMs: number): AudioWorkletNode {
  const processorOptions: PcmWorkletOptions = {
    blockSamples: Math.round((context.sampleRate * blockMs) / 1_000),
    maxUnreadBlocks: Math.ceil(maxUnreadMs / blockMs),
  };
  return new AudioWorkletNode(context, 'pcm-capture', {
    channelCount: 1,
    channelCountMode: 'explicit',
    processorOptions,
  });
}

/** A page that was not clicked on gets a context that sleeps, and a recording of nothing. */
async function wake(context: AudioContext): Promise<void> {
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(patience.resolve, maxWakeMs);
  await Promise.race([context.resume(), patience.promise]);
  clearTimeout(timer);
  if (context.state !== 'running') {
    throw new ClientError('RECORDER_FAILED', 'The browser did not let the page listen. Press “Record” again.');
  }
}
