import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { PcmBlock, PcmCommand, PcmMessage, PcmWorkletOptions } from './pcm-messages.ts';

interface Processor {
  process(inputs: Float32Array[][]): boolean;
}

/** The worklet as a browser has it: a script in a global scope of its own, and a port to the page. */
function startWorklet(processorOptions: PcmWorkletOptions) {
  const told: PcmMessage[] = [];
  let obey = (_command: PcmCommand) => {};
  let make: (new (options: object) => Processor) | null = null;
  const port = {
    start() {},
    addEventListener(_type: string, listener: (event: { data: PcmCommand }) => void) {
      obey = (command) => listener({ data: command });
    },
    postMessage: (message: PcmMessage, transfer: ArrayBuffer[]) => told.push(structuredClone(message, { transfer })),
  };
  runInNewContext(readFileSync(join(import.meta.dirname, 'pcm-worklet.js'), 'utf8'), {
    AudioWorkletProcessor: class {
      port = port;
    },
    registerProcessor(_name: string, processor: new (options: object) => Processor) {
      make = processor;
    },
    Date,
    Float32Array,
  });
  const processor = new make!({ processorOptions });
  return {
    told,
    obey: (command: PcmCommand) => obey(command),
    process: (input: Float32Array[]) => processor.process([input]),
  };
}

const samplesOf = (messages: readonly PcmMessage[]) =>
  messages
    .filter((message): message is PcmBlock => message !== 'stopped')
    .flatMap(({ samples, count }) => [...samples.subarray(0, count)]);

it('hands over every sample between start and stop, and says when it was the last', () => {
  const worklet = startWorklet({ blockSamples: 300, maxUnreadBlocks: 10 });
  const quantum = (from: number) => Float32Array.from({ length: 128 }, (_, index) => from + index);
  worklet.process([quantum(9_000)]);
  worklet.obey('start');
  for (let at = 0; at < 1_280; at += 128) expect(worklet.process([quantum(at)])).toBe(true);
  worklet.obey('stop');
  expect(worklet.process([quantum(9_000)])).toBe(false);
  expect(samplesOf(worklet.told)).toEqual(Array.from({ length: 1_280 }, (_, index) => index));
  expect(worklet.told.at(-1)).toBe('stopped');
  expect(worklet.told.map((message) => (message === 'stopped' ? 0 : message.count))).toEqual([
    300, 300, 300, 300, 80, 0,
  ]);
});

it('counts a source without a channel as silence', () => {
  const worklet = startWorklet({ blockSamples: 256, maxUnreadBlocks: 10 });
  worklet.obey('start');
  worklet.process([]);
  worklet.process([]);
  expect(samplesOf(worklet.told)).toEqual(Array.from({ length: 256 }, () => 0));
});

it('drops what a page that reads nothing has no room for, and goes on when it reads', () => {
  const worklet = startWorklet({ blockSamples: 128, maxUnreadBlocks: 3 });
  worklet.obey('start');
  const second = () => worklet.process([new Float32Array(128).fill(0.5)]);
  for (let block = 0; block < 10; block += 1) second();
  expect(worklet.told).toHaveLength(3);
  const [first] = worklet.told as PcmBlock[];
  worklet.obey(first!.samples);
  second();
  second();
  expect(worklet.told).toHaveLength(4);
});
