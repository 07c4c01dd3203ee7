// A request's time as bars: what went before the first attempt, each attempt, and how long the answer took to come.

export interface Attempt {
  target: string;
  /** `answered`, or what went wrong. */
  outcome: string;
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

/** The bars of a request, in order. Attempts follow each other; the log says how long each took. */
export function bars(attempts: Attempt[], firstMs: number | null | undefined, totalMs: number): Bar[] {
  const all: Bar[] = [];
  const tried = attempts.reduce((sum, attempt) => sum + attempt.took_ms, 0);
  const begun = firstMs ?? totalMs;
  // Reading the request, planning and treating its media come first; the log has no time of their own for them.
  const before = Math.max(0, Math.min(begun, totalMs) - tried);
  if (before > 0 || attempts.length === 0) all.push({ kind: 'before', target: '', outcome: '', from: 0, to: before });
  let at = before;
  for (const { target, outcome, took_ms } of attempts) {
    all.push({ kind: outcome === 'answered' ? 'answered' : 'failed', target, outcome, from: at, to: at + took_ms });
    at += took_ms;
  }
  if (totalMs > at) all.push({ kind: 'after', target: '', outcome: '', from: at, to: totalMs });
  return all;
}

/** The whole time that bars span, never nothing. */
export function span(all: Bar[]): number {
  return Math.max(1, ...all.map((bar) => bar.to));
}
