// What is left of the free limits, gathered for each key from what is known of its targets.

import type { Schemas } from '../../lib/api';

export interface Quota {
  /** The model that it is of; empty: all of the provider's. */
  model: string;
  limit: string;
  allowed: number;
  left: number;
  wholeInSeconds: number | null;
}

type TargetStats = Schemas['Stats']['data'][number];

/** By `provider …tail`. A limit of the provider is told with each of its targets, and counts once. */
export function byKey(stats: TargetStats[]): Map<string, Quota[]> {
  const found = new Map<string, Map<string, Quota>>();
  for (const { target, keys } of stats) {
    const slash = target.indexOf('/');
    for (const { key, quotas } of keys) {
      const name = `${target.slice(0, slash)} ${key}`;
      const all = found.get(name) ?? new Map<string, Quota>();
      found.set(name, all);
      for (const { of, limit, allowed, left, whole_in_seconds } of quotas) {
        const model = of === 'model' ? target.slice(slash + 1) : '';
        all.set(`${model} ${limit}`, { model, limit, allowed, left, wholeInSeconds: whole_in_seconds ?? null });
      }
    }
  }
  // The scarcest first: what is nearly gone is what one looks for.
  return new Map([...found].map(([name, all]) => [name, [...all.values()].sort((a, b) => a.left / a.allowed - b.left / b.allowed)]));
}
