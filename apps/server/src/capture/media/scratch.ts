/** Memory that is written from its beginning, copied out as one, and used again. */
export interface Scratch {
  begin(): void;
  /** The next bytes, to be filled in before more are asked for. */
  readonly allocate: (bytes: number) => Buffer;
  /** All that was allocated since `begin`, in `into` where it fits there. */
  copy(into?: Uint8Array): Uint8Array;
}

/** A chunk of 15 s at a usual rate is half of it; what a larger one took is let go. */
const keptBytes = 256 * 1024;

export function createScratch(): Scratch {
  let memory = Buffer.allocUnsafeSlow(keptBytes);
  let used = 0;

  return {
    begin() {
      used = 0;
    },
    allocate(bytes) {
      const end = used + bytes;
      if (end > memory.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * memory.length, end));
        memory.copy(larger, 0, 0, used);
        memory = larger;
      }
      const allocated = memory.subarray(used, end);
      used = end;
      return allocated;
    },
    copy(into) {
      const copied = into && into.length >= used ? into.subarray(0, used) : new Uint8Array(used);
      memory.copy(copied, 0, 0, used);
      if (memory.length > keptBytes) memory = Buffer.allocUnsafeSlow(keptBytes);
      return copied;
    },
  };
}
