import { ClientError } from '../client-error.ts';
import { createListeners } from '../listeners.ts';
import { defaultSpoolBytes, type SpoolEvent, type SpoolLevel, type SpoolLimits, type SpoolUsage } from './contract.ts';

const eventOf = { ok: 'SPOOL_OK', low: 'SPOOL_LOW', full: 'SPOOL_FULL' } as const;

/** How full a spool is; the same arithmetic for every kind of spool. */
export interface Gauge {
  usage(): SpoolUsage;
  /** Counts bytes in, or throws `SPOOL_FULL` and counts nothing. */
  claim(bytes: number): void;
  /** Counts bytes out. */
  release(bytes: number): void;
  /** Corrects the figures by what was measured. */
  measured(figures: { bytes?: number; maxBytes?: number }): void;
  subscribe: (listener: (event: SpoolEvent) => void) => () => void;
}

export function createGauge({
  maxBytes: configuredMaxBytes = defaultSpoolBytes,
  lowBytes = configuredMaxBytes / 5,
  reserveBytes = Math.min(1024 * 1024, configuredMaxBytes / 10),
}: SpoolLimits = {}): Gauge {
  let maxBytes = configuredMaxBytes;
  let bytes = 0;
  let told: SpoolLevel = 'ok';
  const listeners = createListeners<SpoolEvent>();

  const level = (): SpoolLevel => {
    const left = maxBytes - bytes;
    if (left < reserveBytes) return 'full';
    return left < lowBytes ? 'low' : 'ok';
  };
  const usage = (): SpoolUsage => ({ level: level(), bytes, maxBytes });
  const tell = () => {
    const now = usage();
    if (now.level === told) return;
    told = now.level;
    listeners.tell({ type: eventOf[told], ...now });
  };

  return {
    usage,
    claim(more) {
      if (bytes + more > maxBytes) throw new ClientError('SPOOL_FULL', 'No more audio can be kept on this device.');
      bytes += more;
      tell();
    },
    release(less) {
      bytes -= less;
      tell();
    },
    measured(figures) {
      if (figures.bytes !== undefined) bytes = figures.bytes;
      if (figures.maxBytes !== undefined) maxBytes = Math.min(configuredMaxBytes, figures.maxBytes);
      tell();
    },
    subscribe: (listener) => listeners.add(listener),
  };
}
