import { errorBody } from '@hansard/protocol';

/** What every route answers when it fails, for its schema. */
export const errorResponses = {
  '4xx': errorBody.describe('The request was refused; the code says why'),
  '5xx': errorBody.describe('The server, its disk or an engine failed'),
} as const;
