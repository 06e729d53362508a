import { api, explain } from '../../app/api.ts';
import { createConversation, type Conversation } from './conversation.ts';

/** Meetings whose questions are kept while the page is open. */
const maxKept = 20;
const kept = new Map<string | null, Conversation>();

/** The conversation with one meeting, or with all of them (`null`): the same until the page is left. */
export function conversationWith(meetingId: string | null): Conversation {
  const conversation =
    kept.get(meetingId) ??
    createConversation({ ask: (question, options) => api.ask(meetingId, question, options), explain });
  kept.delete(meetingId);
  kept.set(meetingId, conversation);
  const [oldest] = kept.keys();
  if (kept.size > maxKept && oldest !== undefined) {
    kept.get(oldest)?.stop();
    kept.delete(oldest);
  }
  return conversation;
}
