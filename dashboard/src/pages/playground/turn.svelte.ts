// One turn of a conversation as it is shown: what was said, or what is being said.

import type { Attached, Call, Said } from './chat';
import type { Exchange } from './exchange.svelte';
import { Writer } from './writer';

/** A text that grows, and the place in the page where it does, which may come later. */
export class Growing {
  /** Whether there is anything of it. */
  begun = $state(false);
  pieces = 0;

  #parts: string[] = [];
  #writer: Writer | undefined;

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
    this.#writer = new Writer(element, () => element.dispatchEvent(new CustomEvent('grown', { bubbles: true })));
    this.#writer.add(this.text);
    this.#writer.flush();
    return () => (this.#writer = undefined);
  };

  flush(): void {
    this.#writer?.flush();
  }
}

let last = 0;

export class Turn {
  readonly id = (last += 1);
  readonly words = new Growing();
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
    if (text) this.words.add(text);
  }

  get said(): Said {
    return { role: this.role, text: this.words.text, files: this.files, calls: this.calls, callId: this.callId };
  }
}
