import { beforeEach, describe, expect, it } from 'vitest';
import { quotedReply, writtenReply } from '../../../test-server/knowledge-fixtures.ts';
import { createConversation, type Conversation, type ConversationOptions } from './conversation.ts';

type Asked = Parameters<ConversationOptions['ask']>[1] & {
  question: string;
  reply: (reply: typeof writtenReply) => void;
  fail: (error: unknown) => void;
};

let asked: Asked[];
let conversation: Conversation;
beforeEach(() => {
  asked = [];
  conversation = createConversation({
    ask(question, options) {
      const { promise, resolve, reject } = Promise.withResolvers<typeof writtenReply>();
      options.signal.addEventListener('abort', () => reject(options.signal.reason));
      asked.push({ question, ...options, reply: resolve, fail: reject });
      return promise;
    },
    explain: (error) => String(error),
  });
});

const settled = () => new Promise((done) => setTimeout(done));
const exchange = (index = 0) => conversation.getSnapshot()[index];

describe('a conversation', () => {
  it('shows an answer while it is written, and then the whole', async () => {
    conversation.ask('  Is it late? ');
    expect(asked[0]!.question).toBe('Is it late?');
    asked[0]!.onText('The release ');
    asked[0]!.onText('keeps its date.');
    expect(exchange()).toMatchObject({ state: 'answering', text: 'The release keeps its date.', reply: null });
    asked[0]!.reply(writtenReply);
    await settled();
    expect(exchange()).toMatchObject({ state: 'answered', text: writtenReply.answer, reply: writtenReply });
  });

  it('forgets what was written where quotes stand in', async () => {
    conversation.ask('Is it late?');
    asked[0]!.onText('The model began to');
    asked[0]!.reply(quotedReply);
    await settled();
    expect(exchange()!.text).toBe(quotedReply.answer);
  });

  it('asks one question at a time, and none that is empty', async () => {
    conversation.ask('One?');
    conversation.ask('Two?');
    expect(asked).toHaveLength(1);
    asked[0]!.reply(writtenReply);
    await settled();
    conversation.ask('  ');
    conversation.ask('Two?');
    expect(asked.map(({ question }) => question)).toEqual(['One?', 'Two?']);
  });

  it('keeps what was written when it is stopped, and takes no more of it', async () => {
    conversation.ask('Is it late?');
    asked[0]!.onText('The release');
    conversation.stop();
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.onText(' goes on');
    await settled();
    expect(exchange()).toMatchObject({ state: 'stopped', text: 'The release', problem: null });
  });

  it('asks again in its place after a failure', async () => {
    conversation.ask('Is it late?');
    asked[0]!.fail('busy');
    await settled();
    expect(exchange()).toMatchObject({ state: 'failed', problem: 'busy' });
    conversation.retry(exchange()!.id);
    expect(exchange()).toMatchObject({ state: 'answering', text: '', problem: null });
    asked[1]!.reply(writtenReply);
    await settled();
    expect(conversation.getSnapshot()).toMatchObject([{ state: 'answered', question: 'Is it late?' }]);
  });

  it('stops the answer with a stopped one’s successor untouched', async () => {
    conversation.ask('One?');
    conversation.stop();
    conversation.ask('Two?');
    await settled();
    conversation.ask('Three?');
    expect(asked.map(({ question }) => question)).toEqual(['One?', 'Two?']);
    conversation.clear();
    expect(asked[1]!.signal.aborted).toBe(true);
    expect(conversation.getSnapshot()).toEqual([]);
  });

  it('keeps the latest questions', async () => {
    for (let index = 0; index < 60; index += 1) {
      conversation.ask(`Question ${index}`);
      conversation.stop();
    }
    expect(conversation.getSnapshot()).toHaveLength(50);
    expect(exchange()!.question).toBe('Question 10');
  });
});
