// Threads as the server tells of them.

import { post, send } from '../../lib/api';

export interface Thread {
  id: string;
  title: string;
  project_id: string | null;
  model: string | null;
  turns: number;
  messages: number;
  bytes: number;
  created_at: number;
  updated_at: number;
  /** Of a search: what was found in it. */
  snippet?: string | null;
}

export interface Medium {
  hash: string;
  mime_type: string;
  bytes: number;
  filename: string | null;
  url: string;
}

export type Part = { type: 'text'; text: string } | { type: 'file'; file: Medium };

export interface Message {
  id: string;
  role: string;
  created_at: number;
  content: Part[];
  model?: string;
  status?: 'completed' | 'incomplete';
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  refusal?: string;
}

export interface Listed<T> {
  data: T[];
  has_more: boolean;
  last_id: string | null;
}

async function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return (await (await send(asked ? `${path}?${asked}` : path)).json()) as T;
}

const at = (id: string): string => `/v1/threads/${encodeURIComponent(id)}`;

/** How threads are looked for. */
export type Mode = 'both' | 'text' | 'meaning';

/** Threads, those first in which something was said last; or those in which something is found. */
export function threads(asked: { search?: string; mode?: Mode; project?: string; after?: string; limit: number }): Promise<Listed<Thread>> {
  const { search = '', mode = 'both', project = '', after = '', limit } = asked;
  return get('/v1/threads', search.trim() ? { query: search.trim(), mode, limit: String(limit) } : { project_id: project, after, limit: String(limit) });
}

export function thread(id: string): Promise<Thread> {
  return get(at(id));
}

/** What was said after a message. */
export function messages(id: string, after: string, limit: number): Promise<Listed<Message>> {
  return get(`${at(id)}/messages`, { after, limit: String(limit) });
}

export function change(id: string, body: { title?: string; project_id?: string | null }): Promise<Thread> {
  return post(at(id), body, { method: 'PATCH' });
}

export async function remove(id: string): Promise<void> {
  await send(at(id), { method: 'DELETE' });
}

export async function exported(id: string, format: 'markdown' | 'json'): Promise<Blob> {
  return (await send(`${at(id)}/export?format=${format}`)).blob();
}
