// Sums of requests as charts and tables want them: every hour or day there is, also those without a request.

export interface Sums {
  group: string;
  requests: number;
  failed: number;
  prompt_tokens: number;
  cached_tokens: number;
  completion_tokens: number;
  pages: number;
  seconds: number;
  images: number;
  cost_usd: number;
  unpriced_calls: number;
  reference_usd: number;
  mean_ms?: number | null;
  latency_ms?: Percentiles | null;
}

/** How long answers took, to their end. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  /** By so many requests, evenly taken. */
  of: number;
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A span of time and how finely it is shown. */
export interface Span {
  id: string;
  hours: number;
  by: 'hour' | 'day';
}

export const SPANS: Span[] = [
  { id: 'day', hours: 24, by: 'hour' },
  { id: 'week', hours: 168, by: 'hour' },
  { id: 'month', hours: 720, by: 'day' },
  { id: 'quarter', hours: 2160, by: 'day' },
  { id: 'year', hours: 8760, by: 'day' },
];

/** How far the viewer's clock is ahead of UTC at a time, in minutes. */
export function ahead(at = Date.now()): number {
  return -new Date(at).getTimezoneOffset();
}

export interface Points {
  /** Seconds since 1970 at which each hour or day begins. */
  times: number[];
  rows: (Sums | undefined)[];
}

/** A row for each hour or day of a span, the viewer's own. */
export function points(rows: Sums[], since: number, until: number, by: 'hour' | 'day', minutesAhead = ahead(until)): Points {
  const each = by === 'hour' ? HOUR : DAY;
  const shift = minutesAhead * 60_000;
  const known = new Map(rows.map((row) => [Number(row.group), row]));
  const times: number[] = [];
  const found: Points['rows'] = [];
  for (let at = Math.floor((since + shift) / each) * each - shift; at < until; at += each) {
    times.push(at / 1000);
    found.push(known.get(at));
  }
  return { times, rows: found };
}

/** All of them together. */
export function total(rows: Sums[]): Sums {
  const sum: Sums = {
    group: '', requests: 0, failed: 0, prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, pages: 0, seconds: 0, images: 0,
    cost_usd: 0, unpriced_calls: 0, reference_usd: 0, mean_ms: null,
  };
  let waited = 0;
  for (const row of rows) {
    for (const name of Object.keys(sum) as (keyof Sums)[]) {
      if (name !== 'group' && name !== 'mean_ms' && name !== 'latency_ms') sum[name] += row[name];
    }
    waited += (row.mean_ms ?? 0) * row.requests;
  }
  sum.mean_ms = sum.requests > 0 ? waited / sum.requests : null;
  return sum;
}

/** What was not spent: the reference price less the cost, as far as both are known. */
export function saved(row: Sums): number {
  return Math.max(0, row.reference_usd - row.cost_usd);
}

/** The share of requests that were answered. */
export function share(row: Sums): number | null {
  return row.requests > 0 ? (row.requests - row.failed) / row.requests : null;
}
