import type { Bus, MeetingEvent } from './contract.ts';

type Listener = (meetingId: string, event: MeetingEvent) => void;

/** More subscribers than the parts of a server are a leak. */
const maxListeners = 64;

/** The bus of one process: every listener has heard an event when `publish` returns. */
export function createMemoryBus({ onListenerError }: { onListenerError: (error: unknown) => void }): Bus {
  const listeners = new Set<Listener>();
  return {
    publish(meetingId, event) {
      for (const listener of listeners) {
        try {
          listener(meetingId, event);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    subscribe(listener) {
      if (listeners.size >= maxListeners) throw new Error(`The bus has ${maxListeners} subscribers already.`);
      // Wrapped, so that the same function may subscribe twice and end each subscription by itself.
      const own: Listener = (meetingId, event) => listener(meetingId, event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
