// The tokens of Markdown as elements of the page. They are made one by one, so nothing of an answer is read as markup.

import type { Token } from './blocks';

/** Code of an answer, and the element that it stands in. */
export interface CodeBlock {
  figure: HTMLElement;
  code: HTMLElement;
  text: string;
}

const PLAIN = new Set(['p', 'ul', 'ol', 'li', 'blockquote', 'strong', 'em', 's', 'table', 'thead', 'tbody', 'tr', 'th', 'td']);

export function draw(tokens: Token[]): { nodes: ChildNode[]; codes: CodeBlock[] } {
  const root = document.createDocumentFragment();
  const codes: CodeBlock[] = [];
  inside(root, tokens, codes);
  return { nodes: [...root.childNodes], codes };
}

/** A frame around code, with the name of its language. */
export function codeBlock(language: string, text: string): CodeBlock {
  const figure = element('figure', 'code');
  const caption = element('figcaption');
  caption.textContent = language;
  const pre = element('pre');
  // What scrolls must be reachable by keyboard.
  pre.tabIndex = 0;
  const code = element('code');
  code.textContent = text;
  pre.append(code);
  figure.append(caption, pre);
  return { figure, code, text };
}

export function languageOf(token: Token): string {
  return token.info.trim().split(/\s+/)[0] ?? '';
}

function inside(root: ParentNode & Node, tokens: Token[], codes: CodeBlock[]): void {
  const stack: Node[] = [root];
  for (const token of tokens) {
    const place = stack.at(-1)!;
    if (token.nesting === -1) {
      stack.pop();
      continue;
    }
    if (token.nesting === 1) {
      const made = token.hidden ? place : opened(token);
      if (made !== place) place.appendChild(token.tag === 'table' ? framed(made) : made);
      stack.push(made);
      continue;
    }
    if (token.type === 'inline') inside(place as ParentNode & Node, token.children ?? [], codes);
    else place.appendChild(leaf(token, codes));
  }
}

/** A table may be wider than the answer: it scrolls in a frame, which the keyboard must reach. */
function framed(table: Node): HTMLElement {
  const frame = element('div', 'frame');
  frame.tabIndex = 0;
  frame.append(table);
  return frame;
}

function opened(token: Token): HTMLElement {
  // An answer's headings stand below those of the page.
  const heading = /^h([1-6])$/.exec(token.tag);
  if (heading) return element(`h${Math.min(6, Number(heading[1]) + 2)}`);
  if (token.tag === 'a') return link(String(token.attrGet('href') ?? ''));
  const made = element(PLAIN.has(token.tag) ? token.tag : 'span');
  const start = token.attrGet('start');
  if (token.tag === 'ol' && start !== null) made.setAttribute('start', String(start));
  const side = /text-align:\s*(right|center)/.exec(String(token.attrGet('style') ?? ''));
  if (side) made.classList.add(side[1]!);
  return made;
}

function leaf(token: Token, codes: CodeBlock[]): Node {
  switch (token.type) {
    case 'fence':
    case 'code_block': {
      const block = codeBlock(languageOf(token), token.content);
      codes.push(block);
      return block.figure;
    }
    case 'softbreak':
      return document.createTextNode('\n');
    case 'hardbreak':
      return element('br');
    case 'hr':
      return element('hr');
    case 'code_inline': {
      const code = element('code');
      code.textContent = token.content;
      return code;
    }
    case 'image':
      return picture(token);
    default:
      return document.createTextNode(token.content);
  }
}

/** A picture that is within the answer; one of another place would tell that place who reads, and is a link. */
function picture(token: Token): HTMLElement {
  const source = String(token.attrGet('src') ?? '');
  if (source.startsWith('data:image/')) {
    const image = element('img') as HTMLImageElement;
    image.alt = token.content;
    image.src = source;
    return image;
  }
  const made = link(source);
  made.textContent = token.content || source;
  return made;
}

function link(address: string): HTMLElement {
  const made = element('a') as HTMLAnchorElement;
  // Only what leads to a place: no scripts, no files of this machine.
  if (/^(https?:|mailto:)/i.test(address)) made.href = address;
  made.target = '_blank';
  made.rel = 'noopener noreferrer nofollow';
  return made;
}

function element(name: string, kind?: string): HTMLElement {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  return made;
}
