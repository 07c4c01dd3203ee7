// What an answer's headers tell: which target it came from, what was done to its parts, what it cost.

export interface Treated {
  place: string;
  /** `transcode`, `extract`, `split`, … */
  what: string;
  /** The rest, as `by=text-layer`. */
  more: [string, string][];
}

export interface Told {
  status: number;
  requestId: string;
  /** The targets that answered. */
  via: string;
  /** Attempts that failed before. */
  fallbacks: number;
  treatments: Treated[];
  dropped: string[];
  /** US dollars; `unpriced`: not known. */
  cost: number | 'unpriced' | undefined;
  /** Milliseconds to the headers, and to the end. */
  firstMs: number;
  totalMs: number;
  /** All headers, for those who look for more. */
  headers: [string, string][];
}

export function told(answer: Response, firstMs: number): Told {
  const header = (name: string): string => answer.headers.get(name) ?? '';
  return {
    status: answer.status,
    requestId: header('x-request-id'),
    via: header('x-routed-via'),
    fallbacks: Number(header('x-fallback-attempts') || 0),
    treatments: list(header('x-mediary-treatments')).map(({ value, parameters }) => ({
      place: value,
      what: parameters.find(([name]) => name === 'do')?.[1] ?? '',
      more: parameters.filter(([name]) => name !== 'do'),
    })),
    dropped: list(header('x-mediary-dropped')).map(({ value }) => value),
    cost: costOf(header('x-mediary-cost-usd')),
    firstMs,
    totalMs: firstMs,
    headers: [...answer.headers].sort(([a], [b]) => a.localeCompare(b)),
  };
}

export function costOf(text: string): Told['cost'] {
  if (text === '') return undefined;
  const sum = Number(text);
  return Number.isFinite(sum) ? sum : 'unpriced';
}

interface Item {
  value: string;
  parameters: [string, string][];
}

/** A list as RFC 9651 has it, of strings or tokens with parameters; what is none is left out. */
export function list(header: string): Item[] {
  const items: Item[] = [];
  const pattern = /\s*("(?:[^"\\]|\\.)*"|[^,;\s"]+)((?:\s*;\s*[\w*.-]+(?:=(?:"(?:[^"\\]|\\.)*"|[^,;\s"]+))?)*)\s*(?:,|$)/gy;
  for (let found = pattern.exec(header); found; found = pattern.exec(header)) {
    const parameters = [...(found[2] ?? '').matchAll(/;\s*([\w*.-]+)(?:=("(?:[^"\\]|\\.)*"|[^,;\s"]+))?/g)];
    items.push({
      value: bare(found[1] ?? ''),
      parameters: parameters.map((parameter) => [parameter[1] ?? '', bare(parameter[2] ?? 'true')]),
    });
    if (pattern.lastIndex >= header.length) break;
  }
  return items;
}

function bare(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}
