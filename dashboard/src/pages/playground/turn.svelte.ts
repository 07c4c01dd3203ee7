// One turn of a conversation as it is shown: what was said, or what is being said.

import type { Attached, Call, Said } from './chat';
import type { Exchange } from './exchange.svelte';
import type { Markdown } from './markdown';
import { Writer } from './writer';

let markdown: typeof Markdown | undefined;

/** Loads what Markdown is shown by. Until it is there, answers are plain text. */
export async function loadMarkdown(): Promise<void> {
  markdown ??= (await import('./markdown')).Markdown;
}

/** A text that grows, and the place in the page where it does, which may come later. */
export class Growing {
  /** Whether there is anything of it. */
  begun = $state(false);
  pieces = 0;

  #parts: string[] = [];
  #writer: Writer | Markdown | undefined;
  #ended = false;

  /** `isMarkdown`: it is shown as such, rather than as it is. */
  constructor(private readonly isMarkdown = false) {}

  get text(): string {
    return this.#parts.join('');
  }

  add(text: string): void {
    this.#parts.push(text);
    this.pieces += 1;
    if (!this.begun) this.begun = true;
    this.#writer?.add(text);
  }

  /** Shows it in an element, from its beginning. For `{@attach}`. */
  in = (element: HTMLElement): (() => void) => {
    element.replaceChildren();
    const grown = (): boolean => element.dispatchEvent(new CustomEvent('grown', { bubbles: true }));
    const writer = this.isMarkdown && markdown ? new markdown(element, grown) : new Writer(element, grown);
    element.classList.toggle('markdown', !(writer instanceof Writer));
    this.#writer = writer;
    writer.add(this.text);
    writer.flush();
    if (this.#ended) this.end();
    return () => {
      if (!(writer instanceof Writer)) writer.remove();
      this.#writer = undefined;
    };
  };

  /** Nothing more comes. */
  end(): void {
    this.#ended = true;
    if (this.#writer instanceof Writer) this.#writer.flush();
    else this.#writer?.end();
  }
}

let last = 0;

export class Turn {
  readonly id = (last += 1);
  readonly words: Growing;
  readonly thoughts = new Growing();
  calls = $state.raw<Call[]>([]);
  images = $state.raw<string[]>([]);
  exchange = $state.raw<Exchange | undefined>();
  finish = $state('');
  /** What comes of each call, as it is typed. */
  results = $state<Record<string, string>>({});

  constructor(
    readonly role: Said['role'],
    text = '',
    readonly files: Attached[] = [],
    readonly callId?: string,
  ) {
    this.words = new Growing(role === 'assistant');
    if (text) this.words.add(text);
  }

  get said(): Said {
    return { role: this.role, text: this.words.text, files: this.files, calls: this.calls, callId: this.callId };
  }
}
