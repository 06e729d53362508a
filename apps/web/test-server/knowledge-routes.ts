import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorCodes, type AskReply, type ErrorCode, type MeetingDocument } from '@hansard/protocol';
import { makeDocument, quotedReply } from './knowledge-fixtures.ts';

/** What the server of the tests knows of documents and answers. */
export interface Knowledge {
  documents: MeetingDocument[];
  /** Where set, an upload is refused with it. */
  refuseUploads: ErrorCode | null;
  /** Names of the files that were sent. */
  sent: string[];
  questions: { path: string; question: string }[];
  /** What a question is answered with: pieces first, then, when `held` is over, the whole or an error. */
  pieces: string[];
  reply: AskReply | ErrorCode;
  held: Promise<void>;
}

export function makeKnowledge(): Knowledge {
  return {
    documents: [],
    refuseUploads: null,
    sent: [],
    questions: [],
    pieces: [],
    reply: quotedReply,
    held: Promise.resolve(),
  };
}

/** Answers what is about documents and questions; false for all else. */
export async function answerKnowledge(
  knowledge: Knowledge,
  { method = 'GET' }: IncomingMessage,
  { path, body }: { path: string; body: string },
  response: ServerResponse,
): Promise<boolean> {
  if (/(^|\/)ask$/.test(path)) {
    await ask(knowledge, path, body, response);
    return true;
  }
  const [, rest] = /^\/meetings\/m2\/documents(?:\/(.*))?$/.exec(path) ?? [path, null];
  if (rest === null) return false;
  const [id, part] = (rest ?? '').split('/');
  const document = knowledge.documents.find((each) => each.id === id);
  if (!id && method === 'GET') json(response, 200, { documents: knowledge.documents });
  else if (!id) upload(knowledge, body, response);
  else if (!document) json(response, ...failure('NOT_FOUND'));
  else if (part === 'cancel') json(response, 200, Object.assign(document, { state: 'cancelled' }));
  else if (method === 'DELETE') {
    knowledge.documents = knowledge.documents.filter((each) => each !== document);
    json(response, 200, { deleted: { documents: 1, passages: document.passages, bytes: document.bytes } });
  } else {
    const headers = { 'content-type': 'application/pdf', 'content-security-policy': "frame-ancestors 'self'" };
    response.writeHead(200, headers).end('%PDF-1.4\n');
  }
  return true;
}

function upload(knowledge: Knowledge, body: string, response: ServerResponse): void {
  if (knowledge.refuseUploads) return json(response, ...failure(knowledge.refuseUploads));
  const [, name = ''] = /filename="([^"]+)"/.exec(body) ?? [];
  knowledge.sent.push(name);
  const number = 100 + knowledge.documents.length;
  knowledge.documents.push(makeDocument(number, { name, state: 'waiting', kind: null, pages: null, passages: 0 }));
  json(response, 202, { id: `d${number}`, state: 'waiting' });
}

async function ask(knowledge: Knowledge, path: string, body: string, response: ServerResponse): Promise<void> {
  const { question } = JSON.parse(body) as { question: string };
  knowledge.questions.push({ path, question });
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const send = (event: string, data: unknown) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  for (const text of knowledge.pieces) send('text', { text });
  await knowledge.held;
  if (typeof knowledge.reply === 'string') send('error', failure(knowledge.reply)[1]);
  else send('answer', knowledge.reply);
  response.end();
}

function failure(code: ErrorCode): [number, unknown] {
  const { statusCode, retryable } = errorCodes[code];
  return [statusCode, { error: { code, message: 'The server of the tests says no.', retryable } }];
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
