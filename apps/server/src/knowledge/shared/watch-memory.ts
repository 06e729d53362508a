import type { RedisMemory } from '../../adapters/rooms/index.ts';
import { sharingLimits } from './limits.ts';

/** Tells who watches over the server; what lasts is told again by their own rules. */
export interface Alerts {
  raise(key: string, severity: 'warning', message: string, readings: object): void;
  resolve(key: string, message?: string): void;
}

/** Redis's memory and whether it answers, as last read: with an alert each, while they last. */
export function createMemoryWatch(read: () => Promise<RedisMemory>, alerts: Alerts) {
  let memory: RedisMemory | null = null;

  function status(): 'ok' | 'warning' | 'unreachable' {
    if (!memory) return 'unreachable';
    return memory.utilization > sharingLimits.warnAtUtilization ? 'warning' : 'ok';
  }

  return {
    /** Null while Redis can't be reached. */
    memory: () => memory,
    status,

    async look(): Promise<void> {
      memory = await read().catch(() => null);
      if (!memory) {
        alerts.raise('redis-unreachable', 'warning', 'Redis can’t be reached: each instance answers what it has', {});
        return;
      }
      alerts.resolve('redis-unreachable', 'Redis can be reached again');
      const percent = Math.round(memory.utilization * 100);
      if (status() === 'warning') {
        alerts.raise('redis-memory', 'warning', `Redis uses ${percent} % of its memory`, memory);
      } else alerts.resolve('redis-memory', `Redis uses ${percent} % of its memory`);
    },
  };
}
