// An answer in Markdown as it grows: at most once a frame, and of it only the last blocks anew.

import { mount, unmount } from 'svelte';
import Copy from '../../../lib/ui/Copy.svelte';
import { Writer } from '../writer';
import { Blocks, type Block, type Grown } from './blocks';
import { codeBlock, draw, languageOf, type CodeBlock } from './drawn';

/** A frame that takes longer is followed by as long a rest, so that the page answers meanwhile. */
const LONG_MS = 8;

export class Markdown {
  readonly #blocks = new Blocks();
  #pending = '';
  #frame = 0;
  #restUntil = 0;
  /** What stands for the blocks that may change. */
  #nodes: ChildNode[] = [];
  /** Code that is being written: it grows where it stands. */
  #growing: (CodeBlock & { writer: Writer }) | undefined;
  readonly #mounted: object[] = [];

  constructor(
    private readonly place: HTMLElement,
    /** Called after each frame in which something was written. */
    private readonly written: () => void = () => undefined,
  ) {}

  add(text: string): void {
    this.#pending += text;
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#next());
  }

  /** Writes what waits, also where no frame is drawn because the page is hidden. */
  flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const text = this.#pending;
    this.#pending = '';
    if (text === '') return;
    this.#show(this.#blocks.add(text));
    this.written();
  }

  /** Nothing more comes: what is open is closed. */
  end(): void {
    this.flush();
    this.#show({ closed: this.#blocks.end(), open: [] });
    this.written();
  }

  /** Takes away what lives in the page. */
  remove(): void {
    cancelAnimationFrame(this.#frame);
    for (const one of this.#mounted) void unmount(one);
  }

  #next(): void {
    const began = performance.now();
    if (began < this.#restUntil) {
      this.#frame = requestAnimationFrame(() => this.#next());
      return;
    }
    this.flush();
    const took = performance.now() - began;
    this.#restUntil = took > LONG_MS ? performance.now() + took : 0;
  }

  #show({ closed, open }: Grown): void {
    // The code that grew is the first block that ended, or goes on growing; it stays where it stands.
    const growing = this.#growing;
    const first = closed[0] ?? open[0];
    const grows = growing !== undefined && first !== undefined && this.#grow(growing, first);
    this.#growing = undefined;
    for (const node of this.#nodes) if (!grows || node !== growing.figure) node.remove();
    this.#nodes = [];
    for (const block of closed) {
      if (grows && block === first) this.#copyable(growing);
      else this.#append(block).codes.forEach((code) => this.#copyable(code));
    }
    for (const block of open) {
      if (grows && block === first) {
        this.#growing = growing;
        this.#nodes.push(growing.figure);
      } else this.#nodes.push(...(this.#begin(block) ?? this.#append(block).nodes));
    }
  }

  #append(block: Block): ReturnType<typeof draw> {
    const drawn = draw(block.tokens);
    if (block.isMore && drawn.nodes[0] instanceof HTMLElement) drawn.nodes[0].classList.add('more');
    this.place.append(...drawn.nodes);
    return drawn;
  }

  /** Code that is open and stands in no other block is written piece by piece. */
  #begin(block: Block): ChildNode[] | undefined {
    const [token] = block.tokens;
    if (token?.type !== 'fence') return undefined;
    const made = codeBlock(languageOf(token), '');
    const writer = new Writer(made.code);
    this.place.append(made.figure);
    this.#growing = { ...made, writer };
    this.#grow(this.#growing, block);
    return [made.figure];
  }

  /** Whether a block is the code that grows, and has what was shown of it. */
  #grow(growing: CodeBlock & { writer: Writer }, block: Block): boolean {
    const [token] = block.tokens;
    if (token?.type !== 'fence' || !token.content.startsWith(growing.text)) return false;
    growing.writer.add(token.content.slice(growing.text.length));
    growing.writer.flush();
    growing.text = token.content;
    growing.figure.querySelector('figcaption')!.textContent = languageOf(token);
    return true;
  }

  #copyable({ figure, text }: CodeBlock): void {
    const place = figure.appendChild(document.createElement('span'));
    place.className = 'copy';
    this.#mounted.push(mount(Copy, { target: place, props: { text: text.replace(/\n$/, '') } }));
  }
}
