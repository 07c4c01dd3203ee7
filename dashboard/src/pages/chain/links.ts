// The targets of a tier as one list: in the operator's order where there is one, else as they are planned.

import type { Chain, Preset } from '../../lib/settings';

export interface Link {
  target: string;
  /** The tier goes without it. */
  off: boolean;
  /** Why it is not asked now; empty: it is. */
  reason: string;
  /** US dollars for a short request with a long answer; `null`: not known. */
  cost: number | null;
  /** Milliseconds to its first token; `null`: not called yet. */
  latency: number | null;
  /** It is kept out of plans since a probe failed. */
  quarantine?: { why: string; wants_confirmation: boolean };
}

interface Planned {
  candidates: { target: string; estimated_cost_usd?: number | null }[];
  passed_over: { target: string; reason: string }[];
}

/** What never chats has no place in a tier. */
const ELSEWHERE = /^does not (chat|do the task)/;

export function links(
  plan: Planned,
  chain: Chain | undefined,
  latencies: Map<string, number | null>,
  quarantines: Map<string, Link['quarantine']>,
): Link[] {
  const off = new Set(chain?.off);
  const costs = new Map(plan.candidates.map((one) => [one.target, one.estimated_cost_usd ?? null]));
  const reasons = new Map(plan.passed_over.filter(({ reason }) => !ELSEWHERE.test(reason)).map((one) => [one.target, one.reason]));
  const known = new Set([...costs.keys(), ...reasons.keys()]);
  const ordered = [...(chain?.order ?? []).filter((target) => known.has(target)), ...costs.keys(), ...reasons.keys()];
  return [...new Set(ordered)].map((target) => ({
    target,
    off: off.has(target),
    reason: off.has(target) ? '' : (reasons.get(target) ?? ''),
    cost: costs.get(target) ?? null,
    latency: latencies.get(target) ?? null,
    quarantine: quarantines.get(target),
  }));
}

/** The list with one of them moved. */
export function moved(all: Link[], from: number, to: number): Link[] {
  const list = [...all];
  const [one] = list.splice(from, 1);
  if (one) list.splice(Math.max(0, Math.min(to, list.length)), 0, one);
  return list;
}

/** The list in about the order in which the server will plan it by a preset; what is not known comes behind what is, and ties stay as they are. */
export function sorted(all: Link[], preset: Preset, ranked: string[]): Link[] {
  const rank = new Map(ranked.map((target, index) => [target, index]));
  const value = (link: Link): number => {
    if (preset === 'quality') return rank.get(link.target) ?? Infinity;
    return (preset === 'speed' ? link.latency : link.cost) ?? Infinity;
  };
  const values = new Map(all.map((link) => [link.target, value(link)]));
  return all.toSorted((a, b) => {
    const [one, other] = [values.get(a.target) ?? Infinity, values.get(b.target) ?? Infinity];
    return one === other ? 0 : one - other;
  });
}
