// Large requests, with how much of them has gone: what `fetch` does not tell.

/** What is smaller is on its way before one could look. */
export const BIG = 4_000_000;

export interface Uploaded {
  sent: number;
  total: number;
}

/** Sends a request as `fetch` does, and tells how far its body is. The answer can be read while it comes. */
export async function upload(request: Request, told: (now: Uploaded) => void, isStream: boolean): Promise<Response> {
  const body = await request.blob();
  return new Promise((resolve, reject) => {
    const way = new XMLHttpRequest();
    way.open(request.method, request.url);
    request.headers.forEach((value, name) => way.setRequestHeader(name, value));
    // Text can be read on the way; what is no stream may be a sound or a picture.
    way.responseType = isStream ? 'text' : 'blob';
    way.upload.onprogress = ({ loaded, total }) => told({ sent: loaded, total });
    const aborted = (): void => {
      way.abort();
      reject(request.signal.reason as Error);
    };
    request.signal.addEventListener('abort', aborted);
    way.onloadend = () => request.signal.removeEventListener('abort', aborted);
    way.onerror = () => reject(new TypeError('the request did not go through'));
    if (isStream) streaming(way, resolve);
    else way.onload = () => resolve(answer(way, way.response as Blob));
    if (request.signal.aborted) aborted();
    else way.send(body);
  });
}

function streaming(way: XMLHttpRequest, resolve: (answer: Response) => void): void {
  const encoder = new TextEncoder();
  let seen = 0;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const take = (): void => {
        const text = way.responseText;
        if (text.length > seen) controller.enqueue(encoder.encode(text.slice(seen)));
        seen = text.length;
      };
      let isOver = false;
      const end = (finish: () => void) => (): void => {
        if (!isOver) finish();
        isOver = true;
      };
      way.onprogress = take;
      way.addEventListener('load', end(() => { take(); controller.close(); }));
      way.addEventListener('error', end(() => controller.error(new TypeError('the connection broke off'))));
      way.addEventListener('abort', end(() => controller.error(new DOMException('', 'AbortError'))));
    },
    cancel() {
      way.abort();
    },
  });
  way.onreadystatechange = () => {
    if (way.readyState === XMLHttpRequest.HEADERS_RECEIVED) resolve(answer(way, stream));
  };
}

function answer(way: XMLHttpRequest, body: BodyInit): Response {
  const headers = new Headers();
  for (const line of way.getAllResponseHeaders().trim().split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return new Response([204, 205, 304].includes(way.status) ? null : body, { status: way.status, statusText: way.statusText, headers });
}
