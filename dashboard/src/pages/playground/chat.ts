// A conversation as the messages of a request, and a streamed answer put together again.

import type { Enclosed } from './sent';

/** A file that goes along with a message. */
export interface Attached {
  name: string;
  /** A data URL. */
  url: string;
  type: string;
  size: number;
}

export interface Call {
  id: string;
  name: string;
  arguments: string;
}

export interface Said {
  role: 'user' | 'assistant' | 'tool' | 'system';
  text: string;
  files?: Attached[];
  calls?: Call[];
  /** Of a result: the call that it answers. */
  callId?: string;
}

/** A message's content part for a file, and the text in it that stands for the file. */
function part(file: Attached): [Record<string, unknown>, Enclosed] {
  const comma = file.url.indexOf(',') + 1;
  const prefix = file.url.slice(0, comma);
  const whole = { text: file.url, prefix, name: file.name };
  if (file.type.startsWith('image/')) return [{ type: 'image_url', image_url: { url: file.url } }, whole];
  if (file.type.startsWith('video/')) return [{ type: 'video_url', video_url: { url: file.url } }, whole];
  if (file.type.startsWith('audio/')) {
    const data = file.url.slice(comma);
    return [{ type: 'input_audio', input_audio: { data, format: soundOf(file) } }, { text: data, prefix: '', name: file.name }];
  }
  return [{ type: 'file', file: { filename: file.name, file_data: file.url } }, whole];
}

function soundOf(file: Attached): string {
  const ending = /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase();
  return ending ?? file.type.replace(/^audio\/(x-)?/, '').replace(/;.*/, '');
}

/** The messages of a request, and the files in them. */
export function messages(said: Said[]): { messages: unknown[]; enclosed: Enclosed[] } {
  const enclosed: Enclosed[] = [];
  const all = said.map((one) => {
    if (one.role === 'tool') return { role: 'tool', tool_call_id: one.callId, content: one.text };
    if (one.role === 'assistant') {
      const tool_calls = one.calls?.map(({ id, name, arguments: written }) => ({ id, type: 'function', function: { name, arguments: written } }));
      return { role: 'assistant', content: one.text || null, ...(tool_calls?.length ? { tool_calls } : {}) };
    }
    if (!one.files?.length) return { role: one.role, content: one.text };
    const parts = one.files.map(part);
    enclosed.push(...parts.map(([, file]) => file));
    const words = one.text ? [{ type: 'text', text: one.text }] : [];
    return { role: one.role, content: [...words, ...parts.map(([part]) => part)] };
  });
  return { messages: all, enclosed };
}

export interface Usage {
  prompt_tokens?: number;
  completion_tokens?: number;
  completion_tokens_details?: { reasoning_tokens?: number };
}

interface Delta {
  content?: string | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  tool_calls?: { index?: number; id?: string; function?: { name?: string; arguments?: string } }[];
  images?: { image_url?: { url?: string } | string; url?: string }[];
  refusal?: string | null;
}

export interface Chunk {
  choices?: { delta?: Delta; message?: Delta; finish_reason?: string | null }[];
  usage?: Usage | null;
  error?: { message?: string; code?: string };
}

/** What is told of an answer as it grows. */
export interface Hearer {
  words(text: string): void;
  thoughts(text: string): void;
}

/** Puts an answer together, whole or from its chunks. */
export class Heard {
  calls: Call[] = [];
  images: string[] = [];
  usage: Usage | undefined;
  finish = '';

  constructor(private readonly hearer: Hearer) {}

  take(chunk: Chunk): void {
    if (chunk.usage) this.usage = chunk.usage;
    const choice = chunk.choices?.[0];
    if (choice?.finish_reason) this.finish = choice.finish_reason;
    const delta = choice?.delta ?? choice?.message;
    if (!delta) return;
    const thoughts = delta.reasoning_content ?? delta.reasoning;
    if (thoughts) this.hearer.thoughts(thoughts);
    if (delta.content) this.hearer.words(delta.content);
    if (delta.refusal) this.hearer.words(delta.refusal);
    for (const [place, call] of (delta.tool_calls ?? []).entries()) {
      const index = call.index ?? place;
      const known = (this.calls[index] ??= { id: '', name: '', arguments: '' });
      known.id ||= call.id ?? '';
      known.name += call.function?.name ?? '';
      known.arguments += call.function?.arguments ?? '';
    }
    for (const image of delta.images ?? []) {
      const url = typeof image.image_url === 'string' ? image.image_url : (image.image_url?.url ?? image.url);
      if (url) this.images.push(url);
    }
  }
}
