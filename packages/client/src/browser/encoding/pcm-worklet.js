/** @import { PcmMessage, PcmCommand, PcmWorkletOptions } from './pcm-messages.ts' */

/**
 * Hands a microphone's samples to the page in blocks. It runs in the browser's audio thread, which a busy page does not
 * stop. Buffers are transferred, and come back to be filled again: after the first moments nothing is allocated.
 */
class PcmCapture extends AudioWorkletProcessor {
  /** @param {{ processorOptions: PcmWorkletOptions }} options */
  constructor({ processorOptions: { blockSamples, maxUnreadBlocks } }) {
    super();
    this.blockSamples = blockSamples;
    this.maxUnreadBlocks = maxUnreadBlocks;
    /** Blocks that the page has not given back. */
    this.unread = 0;
    /** @type {Float32Array[]} */
    this.spare = [];
    this.block = new Float32Array(blockSamples);
    this.filled = 0;
    this.capturing = false;
    this.stopped = false;
    this.port.addEventListener('message', ({ data }) => this.obey(data));
    this.port.start();
  }

  /** @param {PcmCommand} command */
  obey(command) {
    if (command === 'start') this.capturing = true;
    else if (command === 'stop') this.stop();
    else {
      this.unread -= 1;
      if (this.spare.length < maxSpareBlocks) this.spare.push(command);
    }
  }

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    if (this.stopped) return false;
    // A source without sound, such as a muted one of Safari, has no channel: time goes on all the same.
    if (this.capturing) this.take(input?.[0] ?? silence);
    return true;
  }

  /** @param {Float32Array} samples */
  take(samples) {
    for (let from = 0; from < samples.length;) {
      const count = Math.min(samples.length - from, this.blockSamples - this.filled);
      this.block.set(samples.subarray(from, from + count), this.filled);
      this.filled += count;
      from += count;
      if (this.filled === this.blockSamples) this.send();
    }
  }

  /** Where the page has not read for so long, the block is dropped: the next one's time says that some is missing. */
  send() {
    const samples = this.block;
    const count = this.filled;
    this.filled = 0;
    if (this.unread >= this.maxUnreadBlocks) return;
    this.unread += 1;
    this.block = this.spare.pop() ?? new Float32Array(this.blockSamples);
    this.tell({ samples, count, endedAtMs: Date.now() }, [samples.buffer]);
  }

  stop() {
    if (this.filled > 0) this.send();
    this.stopped = true;
    this.tell('stopped', []);
  }

  /**
   * @param {PcmMessage} message
   * @param {Transferable[]} transferred
   */
  tell(message, transferred) {
    this.port.postMessage(message, transferred);
  }
}

/** A page that keeps up has two or three blocks; those that it let gather are not kept. */
const maxSpareBlocks = 8;
/** What the browser asks for at a time. */
const silence = new Float32Array(128);

registerProcessor('pcm-capture', PcmCapture);
