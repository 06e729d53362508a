import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/*
 * A speech engine that answers at once, on the wire of OpenAI's `/v1/audio/transcriptions`. Run as a program: PORT, and
 * ENGINE_TEXT: `words` for the same 40 words each time, `hash` for words that name the sound that was sent.
 */

const fortyWords = 'We should ship the new recorder on Friday if nobody finds another fault in it. '.repeat(3).trim();
const answersHash = process.env['ENGINE_TEXT'] === 'hash';

createServer((request, response) => void answer(request, response)).listen(Number(process.env['PORT']), '127.0.0.1');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) if (answersHash) pieces.push(piece as Buffer);
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') response.end('{"status":"ok"}');
  else response.end(JSON.stringify({ text: answersHash ? hashWords(fileOf(Buffer.concat(pieces))) : fortyWords }));
}

/** The file's bytes in a multipart body. */
function fileOf(body: Buffer): Buffer {
  const boundary = body.subarray(0, body.indexOf('\r\n'));
  const start = body.indexOf('\r\n\r\n', body.indexOf('filename=')) + 4;
  return body.subarray(start, body.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start));
}

function hashWords(bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return `sound ${hash.match(/.{8}/g)!.join(' ')}`;
}
