// The way to the server: typed by its own OpenAPI document, with the session's token on every change.
//
//   const list = await ask(http.GET('/api/admin/provider-keys'));
//   await ask(http.PATCH('/api/admin/provider-keys/{key}', { params: { path: { key } }, body: { label } }));
//   const answer = await send('/v1/audio/speech', { method: 'POST', body });   // anything else: a Response, checked
//
// All of them throw a `Failure` with the server's own sentence. A session that has ended asks for the password over the
// page and sends the request again, so nothing that was typed is lost.

import createClient from 'openapi-fetch';
import { untrack } from 'svelte';
import { connection } from './connection.svelte';
import { session } from './session.svelte';
import { upload, type Uploaded } from './upload';
import type { components, paths } from './openapi';

export type Schemas = components['schemas'];

/** A request that was not answered as wished. */
export class Failure extends Error {
  constructor(
    message: string,
    /** 0: the server was not reached. */
    readonly status: number,
    /** The server's name for it, such as `unknown_model`. */
    readonly code: string,
    /** The field that it is about. */
    readonly param?: string,
    readonly requestId?: string,
    /** Seconds until it makes sense to try again. */
    readonly retryAfter?: number,
    /** What the server answered, as far as it was JSON. */
    readonly body?: unknown,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

/** What is shown of anything that was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const CHANGES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** How a large request is followed. */
export interface Followed {
  told: (now: Uploaded) => void;
  /** Its answer comes piece by piece. */
  isStream: boolean;
}

/** `fetch` with the session: its token on changes, its password when it has ended, and the loss of the server noticed. */
export async function reach(input: RequestInfo | URL, init?: RequestInit, followed?: Followed): Promise<Response> {
  const request = new Request(input, { cache: 'no-store', ...init });
  for (let tries = 0; ; tries += 1) {
    // What is read while the password is asked for waits for it.
    if (untrack(() => session.asking) && !isEntrance(request)) await session.wanted(CHANGES.has(request.method));
    const sent = request.clone();
    // The address is this server's alone, so the token goes nowhere else. What a page shows does not depend on it.
    const token = untrack(() => session.token);
    if (token) sent.headers.set('x-csrf-token', token);
    let answer: Response;
    try {
      answer = await (followed ? upload(sent, followed.told, followed.isStream) : fetch(sent));
      connection.heard();
    } catch (error) {
      if (request.signal.aborted) throw error;
      connection.lost();
      throw new Failure(unreached(), 0, 'unreached');
    }
    if (tries > 1 || !(await mayTryAgain(answer, request))) return answer;
  }
}

/** Whether the answer was about the session, and a new one is open. */
async function mayTryAgain(answer: Response, request: Request): Promise<boolean> {
  const path = new URL(request.url).pathname;
  if (isEntrance(request)) return false;
  const code = answer.status === 401 || answer.status === 403 ? await codeOf(answer.clone()) : '';
  if (answer.status === 403 && code === 'csrf_token_missing') {
    await session.refresh();
    return session.open;
  }
  const isTheirs = code === 'not_an_administrator' || (!path.startsWith('/api/admin/') && !session.open);
  if (answer.status !== 401 || !isTheirs) return false;
  session.closed();
  return session.wanted(CHANGES.has(request.method));
}

/** Whether it is about the session itself. */
function isEntrance(request: Request): boolean {
  return /^\/api\/admin\/(login|logout|setup|session)$/.test(new URL(request.url).pathname);
}

async function codeOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { error?: { code?: string } } | null;
  return body?.error?.code ?? '';
}

export { CHANGES };

export const http = createClient<paths>({ baseUrl: location.origin, fetch: (request: Request) => reach(request) });

interface Asked<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was asked for, or a `Failure`. */
export async function ask<T>(asked: Promise<Asked<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (!response.ok) throw failureOf(response, error);
  return data as T;
}

/** Any request: the answer if it is a good one, else a `Failure`. For streams, files and sounds. */
export async function send(path: string, init?: RequestInit, followed?: Followed): Promise<Response> {
  const answer = await reach(new URL(path, location.origin), init, followed);
  if (answer.ok) return answer;
  const text = await answer.text();
  throw failureOf(answer, parsed(text) ?? text);
}

/** Sends JSON and reads JSON. */
export async function post<T = unknown>(path: string, body: unknown, init?: RequestInit): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await send(path, { method: 'POST', headers, body: JSON.stringify(body), ...init });
  return (await answer.json()) as T;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function failureOf(answer: Response, body: unknown): Failure {
  // Every protocol's errors have a sentence under one of these names.
  const told = (body ?? {}) as { error?: Record<string, unknown> | string; message?: string };
  const inner = typeof told.error === 'object' && told.error !== null ? told.error : {};
  const message = typeof told.error === 'string' ? told.error : (inner.message ?? told.message ?? `HTTP ${answer.status}`);
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const wait = Number(answer.headers.get('retry-after') ?? NaN);
  return new Failure(
    String(message), answer.status, text(inner.code) ?? text(inner.type) ?? String(answer.status), text(inner.param),
    answer.headers.get('x-request-id') ?? undefined, Number.isFinite(wait) ? wait : undefined, body,
  );
}

let unreached = (): string => 'The server does not answer.';

/** In which words the loss of the server is told; the catalog gives them. */
export function unreachedIs(words: () => string): void {
  unreached = words;
}
