// A request of the playground as a value: it is sent, planned and shown as code from the same thing.

/** A file in a request's JSON: the text that stands for it there, and how code makes that text again. */
export interface Enclosed {
  /** The data URL or base64, as it stands in the JSON. */
  text: string;
  /** What stands before the base64: `data:image/png;base64,`, or nothing. */
  prefix: string;
  name: string;
}

export interface Sent {
  endpoint: string;
  json?: Record<string, unknown>;
  enclosed?: Enclosed[];
  /** A form, where the route takes one. */
  form?: [string, string | File][];
  headers?: Record<string, string>;
  /** The answer comes piece by piece. */
  streams?: boolean;
  /** The answer is a file, to be kept under this name. */
  output?: string;
}

/** What `fetch` takes. */
export function initOf(sent: Sent, signal?: AbortSignal): RequestInit {
  if (sent.form) {
    const form = new FormData();
    for (const [name, value] of sent.form) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, value, value.name);
    }
    return { method: 'POST', body: form, headers: { ...sent.headers }, signal };
  }
  const headers = { 'content-type': 'application/json', ...sent.headers };
  return { method: 'POST', body: JSON.stringify(sent.json ?? {}), headers, signal };
}

/** About how many bytes it has. */
export function sizeOf(sent: Sent): number {
  const files = (sent.enclosed ?? []).reduce((sum, { text }) => sum + text.length, 0);
  return (sent.form ?? []).reduce((sum, [, value]) => sum + (typeof value === 'string' ? value.length : value.size), files);
}

/** The routes that `POST /v1/plan` knows. */
const PLANNED = new Set([
  '/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/rerank', '/v1/moderations', '/v1/ocr/process',
  '/v1/images/generations', '/v1/images/edits', '/v1/images/variations', '/v1/videos', '/v1/audio/transcriptions',
  '/v1/audio/translations', '/v1/audio/speech',
]);

/** The body that asks for the plan of a request; `undefined` where there is none. */
export async function planOf(sent: Sent): Promise<unknown> {
  if (!PLANNED.has(sent.endpoint)) return undefined;
  if (sent.endpoint === '/v1/chat/completions') return sent.json;
  if (!sent.form) return { endpoint: sent.endpoint, request: sent.json };
  const request: Record<string, unknown> = {};
  for (const [name, value] of sent.form) {
    if (typeof value === 'string') request[name] = value;
    else if (sent.endpoint.startsWith('/v1/images')) request.images = [{ image_url: await dataUrl(value) }];
    else request.file_data = await dataUrl(value);
  }
  // A file and how it is read, or which model is to hear it: nothing else counts for a plan.
  const known = sent.endpoint === '/v1/ocr/process' ? undefined : ['file_data', 'model', 'images', 'prompt', 'size', 'n'];
  const kept = Object.entries(request).filter(([name]) => known?.includes(name) ?? !['stream', 'pictures'].includes(name));
  return { endpoint: sent.endpoint, request: Object.fromEntries(kept) };
}

export function dataUrl(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}

/** A copy in which long texts, such as files, are cut for the eye. */
export function shortened(value: unknown, most = 160): unknown {
  if (typeof value === 'string') return value.length > most ? `${value.slice(0, most / 2)}… (${value.length})` : value;
  if (Array.isArray(value)) {
    const numbers = value.length > 12 && value.every((item) => typeof item === 'number');
    return numbers ? [...value.slice(0, 8), `… (${value.length})`] : value.map((item) => shortened(item, most));
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner, most)]));
  }
  return value;
}
