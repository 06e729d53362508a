export { createReservations } from './reservations.ts';
export type { Reservation, ReservationOptions, Reservations, ReservedOn } from './reservations.ts';
