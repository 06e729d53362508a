import { documentKind } from '@hansard/protocol';
import { z } from 'zod';
import { passageLimits } from '../passages/index.ts';

const count = z.number().int().nonnegative();

/** A line of what the process that reads a file prints. The file may have got the better of it: nothing it says is trusted. */
export const parserMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: count, total: count.nullable() }),
  z.object({
    type: z.literal('passage'),
    page: count,
    heading: z.string().max((passageLimits.maxHeadingLength + 3) * passageLimits.maxHeadingDepth),
    start: count,
    end: count,
    text: z
      .string()
      .min(1)
      .max(passageLimits.maxBytes + passageLimits.maxRestBytes),
  }),
  z.object({ type: z.literal('done'), kind: documentKind, pages: count.nullable(), found: count, pagesLeftOut: count }),
  z.object({
    type: z.literal('failure'),
    code: z.enum(['UNSUPPORTED_MEDIA', 'UNREADABLE', 'TOO_LARGE']),
    message: z.string().min(1).max(500),
  }),
]);
export type ParserMessage = z.infer<typeof parserMessage>;
