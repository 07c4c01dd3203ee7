// The documents that were dropped: read two at a time, page by page, each with its own state.

import { Failure, send } from '../../lib/api';
import { t } from '../../lib/i18n/index.svelte';
import { BIG, type Uploaded } from '../../lib/upload';
import { events } from '../playground/events';
import type { PageRead, Reading } from './reading';

export interface Options {
  engine: string;
  pages: string;
  password: string;
  forceOcr: boolean;
  local: boolean;
}

export const PLAIN: Options = { engine: 'auto', pages: '', password: '', forceOcr: false, local: false };

const AT_ONCE = 2;
let last = 0;

/** One document. */
export class Item {
  readonly id = (last += 1);
  state = $state<'waiting' | 'reading' | 'done' | 'failed'>('waiting');
  /** How much of a large file has gone. */
  uploaded = $state.raw<Uploaded | undefined>();
  /** Finished pages, as they came. */
  pages = $state.raw<PageRead[]>([]);
  total = $state(0);
  reading = $state.raw<Reading | null>(null);
  error = $state.raw<unknown>();
  /** Milliseconds from the drop to the first page, and to the end. */
  firstMs = $state<number | undefined>();
  totalMs = $state<number | undefined>();
  stop = new AbortController();

  constructor(
    readonly file: File,
    public options: Options,
  ) {}

  get done(): number {
    return this.pages.length;
  }

  /** It is locked, and the password is missing or wrong. */
  get locked(): boolean {
    return this.error instanceof Failure && this.error.code === 'unreadable_file' && /password|encrypted/i.test(this.error.message);
  }

  /** The form that has it read; `output` as the server names it. */
  form(output: string, more: Record<string, string> = {}): FormData {
    const form = new FormData();
    const { engine, pages, password, forceOcr } = this.options;
    const fields: Record<string, string> = { output, engine, pages, password, force_ocr: String(forceOcr), ...more };
    for (const [name, value] of Object.entries(fields)) if (value !== '') form.append(name, value);
    form.append('file', this.file, this.file.name);
    return form;
  }

  get headers(): Record<string, string> {
    return this.options.local ? { 'x-mediary-privacy': 'local' } : {};
  }
}

export class Queue {
  items = $state<Item[]>([]);

  get busy(): boolean {
    return this.items.some((item) => item.state === 'waiting' || item.state === 'reading');
  }

  add(files: Iterable<File>, options: Options): Item[] {
    const added = [...files].map((file) => new Item(file, { ...options }));
    this.items = [...this.items, ...added];
    this.#go();
    return added;
  }

  again(item: Item, options: Partial<Options> = {}): void {
    item.options = { ...item.options, ...options };
    Object.assign(item, { state: 'waiting', uploaded: undefined, pages: [], total: 0, reading: null, error: undefined, stop: new AbortController() });
    this.#go();
  }

  remove(item: Item): void {
    item.stop.abort();
    this.items = this.items.filter((one) => one !== item);
    this.#go();
  }

  clear(): void {
    for (const item of this.items) item.stop.abort();
    this.items = [];
  }

  #go(): void {
    const reading = this.items.filter((item) => item.state === 'reading').length;
    for (const item of this.items.filter((item) => item.state === 'waiting').slice(0, AT_ONCE - reading)) {
      void this.#read(item).finally(() => this.#go());
    }
  }

  async #read(item: Item): Promise<void> {
    item.state = 'reading';
    const began = performance.now();
    const { signal } = item.stop;
    try {
      const body = item.form('markdown', { detail: 'lines', stream: 'true', pictures: 'true' });
      const followed = { told: (now: Uploaded) => (item.uploaded = now), isStream: true };
      const init = { method: 'POST', body, headers: item.headers, signal };
      const answer = await send('/v1/ocr/process', init, item.file.size > BIG ? followed : undefined);
      for await (const { event, data } of events(answer.body!)) {
        if (event === 'page') {
          const told = JSON.parse(data) as { page: PageRead; total: number };
          item.firstMs ??= performance.now() - began;
          [item.pages, item.total] = [[...item.pages, told.page].sort((a, b) => a.index - b.index), told.total];
        } else if (event === 'done') {
          const reading = JSON.parse(data) as Reading;
          [item.reading, item.pages, item.total] = [reading, reading.pages, reading.pages.length];
        } else if (event === 'error') {
          const { error } = JSON.parse(data) as { error?: { message?: string; code?: string } };
          throw new Failure(error?.message ?? data, 200, error?.code ?? 'error');
        }
      }
      if (!item.reading) throw new Failure(t('documents.brokenOff'), 0, 'broken_off');
      item.totalMs = performance.now() - began;
      item.state = 'done';
    } catch (error) {
      if (signal.aborted) return;
      item.error = error;
      item.state = 'failed';
    }
  }
}
