// Server-sent events of an answer, one by one, however its bytes are cut.

export interface ServerEvent {
  /** Its name; `message` where it has none, `comment` for a comment. */
  event: string;
  data: string;
}

/** The events of a body, in order. A body that ends within an event gives what it had of it to nothing. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
          [event, data] = ['', []];
        } else if (line.startsWith(':')) {
          yield { event: 'comment', data: line.slice(1).trimStart() };
        } else if (line.startsWith('data:')) {
          data.push(line.slice(5).replace(/^ /, ''));
        } else if (line.startsWith('event:')) {
          event = line.slice(6).trim();
        }
      }
    }
  } finally {
    // Leaving early ends the request.
    await reader.cancel().catch(() => undefined);
  }
}
