import { z } from 'zod';

/** Without bounds: not every provider takes them in a schema. They are kept when the answer is read. */
const item = { text: z.string(), lines: z.array(z.number()) };

export const answerSchema = z.object({
  summary: z.array(z.object(item)),
  actionItems: z.array(z.object({ ...item, owner: z.string().nullable(), due: z.string().nullable() })),
  decisions: z.array(z.object(item)),
  openQuestions: z.array(z.object(item)),
  topics: z.array(z.object({ text: z.string(), firstLine: z.number(), lastLine: z.number() })),
});
export type Answer = z.infer<typeof answerSchema>;
