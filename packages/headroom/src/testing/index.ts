export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createFakeSensors, type FakeSensors, type FakeSignals } from './fake-sensors.ts';
