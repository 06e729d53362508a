import type { Clock, Level, Log, Timer } from '../contracts.ts';

export interface DrainSettings {
  /** How long emergency must last without a break before the service is asked. */
  readonly afterMs: number;
  /** Asks the service to let its work end and restart. May take its time; what it throws is logged. */
  ask(): void | Promise<void>;
}

export interface DrainRequest {
  onLevel(level: Level): void;
  readonly wasAsked: boolean;
  stop(): void;
}

/** Asks the service once to drain and restart, where emergency doesn't yield and the operator allowed it. */
export function createDrainRequest(settings: DrainSettings | undefined, clock: Clock, log: Log): DrainRequest {
  let timer: Timer | null = null;
  let wasAsked = false;

  async function ask({ ask, afterMs }: DrainSettings): Promise<void> {
    wasAsked = true;
    log.error({ afterMs }, 'emergency does not yield: the service is asked to drain and restart');
    try {
      await ask();
    } catch (error) {
      log.error({ error }, 'asking the service to drain failed');
    }
  }

  function stop(): void {
    timer?.cancel();
    timer = null;
  }

  return {
    onLevel(level) {
      stop();
      if (settings === undefined || wasAsked || level !== 'emergency') return;
      timer = clock.after(settings.afterMs, () => void ask(settings));
    },
    get wasAsked() {
      return wasAsked;
    },
    stop,
  };
}
