export interface LevelMeter {
  /** Loudness of the last 40 ms or so: 0 for silence to 1 for full scale, on a scale of 60 dB. */
  level(): number;
  close(): void;
}

const quietestDb = -60;

/** Measures without recording: nothing is played, and nothing is kept. */
export function createLevelMeter(streams: readonly MediaStream[]): LevelMeter {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  for (const stream of streams) context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  // A page that was not clicked on yet gets a sleeping context.
  void context.resume().catch(() => {});

  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const db = 10 * Math.log10(power);
      return Math.min(1, Math.max(0, 1 - db / quietestDb));
    },
    close() {
      void context.close().catch(() => {});
    },
  };
}
