import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TrialServer {
  /** To be given to an engine that speaks `/audio/transcriptions`. */
  baseUrl: string;
  counts(): { answered: number; refused: number };
  close(): Promise<void>;
}

/** A provider with a known limit: calls above it are refused with 429, or wait for their turn. Each takes `latencyMs`, ± 30 %. */
export async function startTrialServer(options: {
  limit: number;
  above: 'refuses' | 'queues';
  latencyMs: number;
}): Promise<TrialServer> {
  const { limit, above, latencyMs } = options;
  const queue: ServerResponse[] = [];
  let busy = 0;
  let answered = 0;
  let refused = 0;

  function serve(response: ServerResponse): void {
    busy += 1;
    setTimeout(
      () => {
        busy -= 1;
        answered += 1;
        json(response, 200, { text: 'Words.' });
        const next = queue.shift();
        if (next) serve(next);
      },
      latencyMs * (0.7 + 0.6 * Math.random()),
    );
  }

  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (busy < limit) return serve(response);
      if (above === 'queues') return queue.push(response);
      refused += 1;
      return json(response, 429, { error: { message: 'Too many requests at once' } }, { 'retry-after': '1' });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    counts: () => ({ answered, refused }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  return response.end(JSON.stringify(body));
}
