// Markdown that grows: which of its blocks have ended, and which may still change.
//
// What has ended is parsed no more. So an answer costs the same at its end as at its beginning, however long it became.

import markdownIt, { type Token } from 'markdown-it';

export type { Token };

/** So many letters of one block are enough; what follows is a block of its own, which looks as if it went on. */
const LONG = 2400;
/** A line that ends code, or may turn out to. */
const MAY_END = /(?:^|\n)[ >]*(?:`{3,}|~{3,})/;
/** The beginning of such a line, which is not code yet. */
const HALF_END = /\n {0,3}(?:`{1,2}|~{1,2})$/;
/** A line that begins so goes on with a paragraph, also where it is the first of one. */
const GOES_ON = /^[\p{L}\p{Pi}("'¿¡]/u;

// Markup stays text, and addresses are links where they say that they are.
const parser = markdownIt({ html: false, linkify: true });
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });

export interface Block {
  tokens: Token[];
  /** It goes on with the one before. */
  isMore: boolean;
}

export interface Grown {
  /** Blocks that have ended. */
  closed: Block[];
  /** Those that may still change: one, or two where the line that is being written may turn out to belong to the one before. */
  open: Block[];
}

export class Blocks {
  /** What the open blocks are made of. */
  #tail = '';
  /** Addresses that were given names. */
  readonly #named = {};
  #isMore = false;
  /** Half of a line's end has come. */
  #half = '';
  /** Code that is open, and all that is. */
  #code: Token | undefined;

  add(text: string): Grown {
    const now = (this.#half + text).replace(/\r\n|\r(?!$)/g, '\n');
    this.#half = now.endsWith('\r') ? '\r' : '';
    const added = this.#half ? now.slice(0, -1) : now;
    const line = this.#tail.lastIndexOf('\n');
    this.#tail += added;
    // Code may be long and has no blocks: it only grows until a line comes that may end it.
    if (this.#code && !MAY_END.test(this.#tail.slice(line))) {
      this.#code.content = this.#content(this.#tail);
      return { closed: [], open: [{ tokens: [this.#code], isMore: this.#isMore }] };
    }
    const grown = this.#read();
    const [only] = grown.open;
    const token = only?.tokens[0];
    this.#code = grown.open.length === 1 && token?.type === 'fence' && token.level === 0 && !this.#hasEnd(token) ? token : undefined;
    if (this.#code) this.#code.content = this.#content(this.#tail);
    return grown;
  }

  /** What of the open code's text is code: without its first line, and without what may be its end. */
  #content(tail: string): string {
    const begin = tail.indexOf('\n') + 1;
    const half = HALF_END.exec(tail.slice(-6));
    return begin === 0 ? '' : tail.slice(begin, half ? tail.length - half[0].length + 1 : undefined);
  }

  /** Whether code was closed; its first line and its last are no part of its content. */
  #hasEnd(token: Token): boolean {
    // A fence that is indented has its text moved, so it is read anew each time.
    if (!this.#tail.startsWith(token.markup)) return true;
    return this.#tail.slice(this.#tail.indexOf('\n') + 1) !== token.content;
  }

  #read(): Grown {
    const groups = grouped(parser.parse(this.#tail, this.#named));
    const last = groups.length - 1;
    const lines = this.#tail.split('\n');
    const isBeingWritten = last > 0 && startOf(groups[last]!) === lines.length - 1;
    const kept = Math.max(0, isBeingWritten ? last - 1 : last);
    const ended = groups.slice(0, kept);
    if (kept > 0) this.#tail = lines.slice(startOf(groups[kept]!)).join('\n');
    const closed = ended.map((tokens) => this.#block(tokens));
    const rest = groups.slice(kept);
    const cut = rest.length === 1 && this.#tail.length > LONG ? this.#cut(rest[0]!, kept > 0 ? startOf(rest[0]!) : 0) : 0;
    if (cut > 0) {
      closed.push(...grouped(parser.parse(this.#tail.slice(0, cut), this.#named)).map((tokens) => this.#block(tokens)));
      this.#tail = this.#tail.slice(cut);
      this.#isMore = true;
      return { closed, open: this.#open(grouped(parser.parse(this.#tail, this.#named))) };
    }
    return { closed, open: this.#open(rest) };
  }

  /** Nothing more comes. */
  end(): Block[] {
    this.#tail += this.#half ? '\n' : '';
    this.#half = '';
    this.#code = undefined;
    const groups = grouped(parser.parse(this.#tail, this.#named));
    this.#tail = '';
    return groups.map((tokens) => this.#block(tokens));
  }

  #block(tokens: Token[]): Block {
    const isMore = this.#isMore;
    this.#isMore = false;
    return { tokens, isMore };
  }

  #open(groups: Token[][]): Block[] {
    return groups.map((tokens, index) => ({ tokens, isMore: this.#isMore && index === 0 }));
  }

  /** After how many letters a block that has become long can be cut; 0: nowhere. `first`: its first line where it was parsed. */
  #cut(tokens: Token[], first: number): number {
    const [opening] = tokens;
    if (opening?.type === 'paragraph_open') {
      for (let end = this.#tail.lastIndexOf('\n'); end > 0; end = this.#tail.lastIndexOf('\n', end - 1)) {
        if (GOES_ON.test(this.#tail.slice(end + 1))) return end + 1;
      }
      // A line without an end: after a word.
      return this.#tail.includes('\n') ? 0 : this.#tail.lastIndexOf(' ') + 1;
    }
    if (opening?.type !== 'bullet_list_open' && opening?.type !== 'ordered_list_open') return 0;
    const item = tokens.findLast(({ type, level }) => type === 'list_item_open' && level === 1);
    const line = item?.map ? item.map[0] - first : 0;
    return line > 0 ? this.#tail.split('\n').slice(0, line).join('\n').length + 1 : 0;
  }
}

/** The tokens of each block that stands in no other. */
function grouped(tokens: Token[]): Token[][] {
  const groups: Token[][] = [];
  for (const token of tokens) {
    if (token.level === 0 && token.nesting !== -1) groups.push([]);
    groups.at(-1)?.push(token);
  }
  return groups;
}

function startOf([opening]: Token[]): number {
  return opening?.map?.[0] ?? 0;
}
