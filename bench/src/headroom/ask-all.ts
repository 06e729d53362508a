import type { HttpConnection } from '../load/http-connection.ts';

/** So many requests, on each connection one at a time. Rejects where one is not answered with 200. */
export async function askAll(connections: readonly HttpConnection[], requests: number): Promise<void> {
  let left = requests;
  await Promise.all(
    connections.map(async (connection) => {
      while (left > 0) {
        left -= 1;
        const { status } = await connection.request('GET', '/hello', {});
        if (status !== 200) throw new Error(`A service answered ${status}`);
      }
    }),
  );
}
