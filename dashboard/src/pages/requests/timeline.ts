// A request's time as bars: what went before the first attempt, each attempt, and how long the answer took to come.

export interface Attempt {
  target: string;
  /** `answered`, or what went wrong. */
  outcome: string;
  /** After the request had come. */
  began_ms: number;
  took_ms: number;
}

export interface Bar {
  kind: 'before' | 'failed' | 'answered' | 'after';
  /** The target of an attempt. */
  target: string;
  outcome: string;
  from: number;
  to: number;
}

/** The bars of a request, in the order in which they begin. Attempts may overlap: one is asked beside another that is slow. */
export function bars(attempts: Attempt[], firstMs: number | null | undefined, totalMs: number): Bar[] {
  const ordered = [...attempts].sort((one, other) => one.began_ms - other.began_ms);
  const all: Bar[] = ordered.map(({ target, outcome, began_ms, took_ms }) => (
    { kind: outcome === 'answered' ? 'answered' : 'failed', target, outcome, from: began_ms, to: began_ms + took_ms }
  ));
  // Reading the request, planning and treating its media come first.
  const before = all[0]?.from ?? firstMs ?? totalMs;
  if (before > 0) all.unshift({ kind: 'before', target: '', outcome: '', from: 0, to: before });
  const last = Math.max(0, ...all.map((bar) => bar.to));
  if (totalMs > last) all.push({ kind: 'after', target: '', outcome: '', from: last, to: totalMs });
  return all;
}

/** The whole time that bars span, never nothing. */
export function span(all: Bar[]): number {
  return Math.max(1, ...all.map((bar) => bar.to));
}
