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

/** As which of several alike a target is asked is drawn anew for each plan; what stands otherwise is no draw. */
function standing(link: Link): string {
  const speed = link.latency === null ? -1 : [400, 1500, 5000].filter((most) => link.latency! >= most).length;
  // How long something rests changes with every second.
  return [link.reason.replace(/\d+/g, ''), link.cost, speed].join('|');
}

/**
 * The list as it is now, in the order in which it was before: only what stands otherwise than before changes its place, to
 * behind the one that it follows now. So rows do not jump while one reaches for them.
 */
export function steady(before: Link[], now: Link[], order: string[] = []): Link[] {
  const was = new Map(before.map((link) => [link.target, standing(link)]));
  const found = new Map(now.map((link) => [link.target, link]));
  const stays = (link: Link): boolean => was.get(link.target) === standing(link);
  const list = before.flatMap(({ target }) => found.get(target) ?? []).filter(stays);
  now.forEach((link, index) => {
    if (stays(link)) return;
    const ahead = now[index - 1];
    list.splice(ahead ? list.findIndex(({ target }) => target === ahead.target) + 1 : 0, 0, link);
  });
  const place = new Map(order.map((target, index) => [target, index]));
  const rank = (link: Link): number => place.get(link.target) ?? order.length + Number(link.reason !== '');
  return list.toSorted((one, other) => rank(one) - rank(other));
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
