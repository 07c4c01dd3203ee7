// Text that grows many times a second, written into the page once a frame.
//
// What comes between two frames is one text node. A block ends with a line that makes it long, so that the browser lays
// out only the last block anew, however long the answer has become.

const LONG = 1200;

export class Writer {
  /** How often something was added. */
  pieces = 0;

  #pending = '';
  #all: string[] = [];
  #frame = 0;
  #block: HTMLElement | undefined;
  #inBlock = 0;

  constructor(
    private readonly place: HTMLElement,
    /** Called after each frame in which something was written. */
    private readonly written: () => void = () => undefined,
  ) {}

  get text(): string {
    return this.#all.join('');
  }

  add(text: string): void {
    if (text === '') return;
    this.pieces += 1;
    this.#all.push(text);
    this.#pending += text;
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.flush());
  }

  /** Writes what waits, also where no frame is drawn because the page is hidden. */
  flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    let text = this.#pending;
    this.#pending = '';
    if (text === '') return;
    while (text !== '') {
      const end = this.#inBlock + text.length > LONG ? text.indexOf('\n', Math.max(0, LONG - this.#inBlock)) : -1;
      const piece = end < 0 ? text : text.slice(0, end);
      this.#append(piece);
      // The line's end is the block's.
      text = end < 0 ? '' : text.slice(end + 1);
      if (end >= 0) this.#block = undefined;
    }
    this.written();
  }

  #append(text: string): void {
    if (!this.#block) {
      this.#block = document.createElement('div');
      this.#inBlock = 0;
      this.place.append(this.#block);
    }
    this.#inBlock += text.length;
    this.#block.append(document.createTextNode(text));
  }
}
