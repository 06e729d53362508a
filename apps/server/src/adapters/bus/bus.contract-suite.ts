import { describe, expect, test, vi } from 'vitest';
import type { Bus, MeetingEvent } from './contract.ts';

/** What every bus must do. `settle` resolves when all that was published so far has been delivered. */
export function describeBus(name: string, make: () => { bus: Bus; settle: () => Promise<void> }): void {
  describe(`${name} keeps the contract of buses`, () => {
    const deleted = (meetingId: string): MeetingEvent => ({ type: 'meeting:deleted', meetingId });
    const listen = (bus: Bus) => {
      const heard: [string, MeetingEvent][] = [];
      return { heard, stop: bus.subscribe((meetingId, event) => heard.push([meetingId, event])) };
    };

    test('every subscriber hears every meeting’s events, in the order in which they were published', async () => {
      const { bus, settle } = make();
      const one = listen(bus);
      const two = listen(bus);
      const expected: [string, MeetingEvent][] = [];
      for (let count = 0; count < 100; count += 1) {
        const event = deleted(`e${count}`);
        bus.publish(`m${count % 3}`, event);
        expected.push([`m${count % 3}`, event]);
      }
      await settle();
      expect(one.heard).toEqual(expected);
      expect(two.heard).toEqual(expected);
    });

    test('a subscription that has ended hears no more; ending it again does nothing', async () => {
      const { bus, settle } = make();
      const { heard, stop } = listen(bus);
      const other = listen(bus);
      bus.publish('m', deleted('before'));
      await settle();
      stop();
      stop();
      bus.publish('m', deleted('after'));
      await settle();
      expect(heard).toEqual([['m', deleted('before')]]);
      expect(other.heard).toHaveLength(2);
    });

    test('the same function subscribed twice hears twice, until each is ended', async () => {
      const { bus, settle } = make();
      const listener = vi.fn<() => void>();
      const stop = bus.subscribe(listener);
      bus.subscribe(listener);
      bus.publish('m', deleted('m'));
      await settle();
      expect(listener).toHaveBeenCalledTimes(2);
      stop();
      bus.publish('m', deleted('m'));
      await settle();
      expect(listener).toHaveBeenCalledTimes(3);
    });

    test('a subscriber that throws harms neither the publisher nor the others', async () => {
      const { bus, settle } = make();
      bus.subscribe(() => {
        throw new Error('broken subscriber');
      });
      const { heard } = listen(bus);
      bus.publish('m', deleted('m'));
      await settle();
      expect(heard).toHaveLength(1);
    });

    test('without subscribers, publishing does nothing', () => {
      expect(() => make().bus.publish('m', deleted('m'))).not.toThrow();
    });
  });
}
