const width = 30;

/** Draws over one line of the terminal; where there is none (a log), it says only what is final. */
export function createProgressBar(label: string, stream: NodeJS.WriteStream = process.stderr) {
  let last = '';
  return {
    /** `share` from 0 to 1. */
    show(share: number, note: string): void {
      if (!stream.isTTY) return;
      const full = Math.round(Math.min(1, Math.max(0, share)) * width);
      const line = `${label} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${note}`;
      if (line !== last) stream.write(`\r\x1b[K${(last = line)}`);
    },
    done(note: string): void {
      stream.write(stream.isTTY ? `\r\x1b[K${label} ${note}\n` : `${label} ${note}\n`);
    },
  };
}

/** 83 000 as `1:23`. */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
