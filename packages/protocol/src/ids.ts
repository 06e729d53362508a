import { z } from 'zod';
import { limits } from './limits.ts';

/** IDs are opaque to clients. A client makes its own track IDs (a UUID is right). */
export const id = z
  .string()
  .min(1)
  .max(limits.maxIdLength)
  .regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, "-" and "_" only');

/** Milliseconds from the meeting's start, by the server's clock. */
export const meetingMs = z.number().int().nonnegative();

/** Milliseconds since 1970. */
export const epochMs = z.number().int().nonnegative();
