import type { AskReply } from '@hansard/protocol';

/** A question and what came of it. */
export interface Exchange {
  id: number;
  question: string;
  state: 'answering' | 'answered' | 'stopped' | 'failed';
  /** What was written so far; the whole of it once there is a reply. */
  text: string;
  reply: AskReply | null;
  /** Why there is no answer, for a person. */
  problem: string | null;
}

export interface ConversationOptions {
  ask: (question: string, options: { signal: AbortSignal; onText: (text: string) => void }) => Promise<AskReply>;
  explain: (error: unknown) => string;
}

/** Of one conversation; the oldest go. */
const maxExchanges = 50;

/** Questions of this visit, one at a time. It belongs to no component: an answer goes on while another page is shown. */
export function createConversation({ ask, explain }: ConversationOptions) {
  const listeners = new Set<() => void>();
  let exchanges: readonly Exchange[] = [];
  let nextId = 1;
  let stopCurrent: (() => void) | null = null;

  function set(next: readonly Exchange[]): void {
    exchanges = next;
    for (const listener of listeners) listener();
  }

  function change(id: number, changes: Partial<Exchange>): void {
    set(exchanges.map((exchange) => (exchange.id === id ? { ...exchange, ...changes } : exchange)));
  }

  async function run(id: number, question: string): Promise<void> {
    const abort = new AbortController();
    let text = '';
    stopCurrent = () => {
      stopCurrent = null;
      abort.abort();
      change(id, { state: 'stopped' });
    };
    const onText = (piece: string) => {
      if (abort.signal.aborted) return;
      text += piece;
      change(id, { text });
    };
    try {
      const reply = await ask(question, { signal: abort.signal, onText });
      // What was written before counts for nothing where quotes stand in for the model.
      if (!abort.signal.aborted) change(id, { state: 'answered', reply, text: reply.answer });
    } catch (error) {
      if (!abort.signal.aborted) change(id, { state: 'failed', problem: explain(error) });
    } finally {
      if (!abort.signal.aborted) stopCurrent = null;
    }
  }

  return {
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** The same list until something changes; the oldest first. */
    getSnapshot: (): readonly Exchange[] => exchanges,

    /** Nothing happens for an empty question, or while another is being answered. */
    ask(question: string): void {
      const asked = question.trim();
      if (asked === '' || stopCurrent) return;
      const id = nextId++;
      const exchange: Exchange = { id, question: asked, state: 'answering', text: '', reply: null, problem: null };
      set([...exchanges, exchange].slice(-maxExchanges));
      void run(id, asked);
    },
    /** Asks again what was not answered, in its place. */
    retry(id: number): void {
      const again = exchanges.find((exchange) => exchange.id === id);
      if (!again || stopCurrent) return;
      change(id, { state: 'answering', text: '', reply: null, problem: null });
      void run(id, again.question);
    },
    /** What was written up to now stays. */
    stop: (): void => stopCurrent?.(),
    clear(): void {
      stopCurrent?.();
      set([]);
    },
  };
}

export type Conversation = ReturnType<typeof createConversation>;
