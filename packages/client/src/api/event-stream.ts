export interface ServerSentEvent {
  event: string;
  data: string;
}

/** Characters of one event; an answer with its sources has some ten thousand. */
const maxEventLength = 1024 * 1024;

/** The events of a `text/event-stream`; comments are left out. Ends as the stream does; an event without its end is none. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      // A line may end in any of three ways, and a `\r` at the end may be half of one.
      const blocks = buffer.replaceAll(/\r\n|\r(?!$)/g, '\n').split('\n\n');
      buffer = blocks.pop()!;
      if (buffer.length > maxEventLength) throw new RangeError('An event of the stream is too long.');
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  } finally {
    // Also where nobody wants the rest: the server then stops its work.
    await reader.cancel().catch(() => {});
  }
}

function eventOf(block: string): ServerSentEvent | null {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([^:]+):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return data.length > 0 ? { event, data: data.join('\n') } : null;
}
