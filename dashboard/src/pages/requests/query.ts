// What the list of requests is narrowed to, as the page's address has it and as the server is asked.

export interface Filters {
  /** A provider, or a target. */
  target: string;
  client: string;
  task: string;
  endpoint: string;
  status: string;
  /** Hours back from now; empty: all. */
  hours: string;
}

export const NONE: Filters = { target: '', client: '', task: '', endpoint: '', status: '', hours: '' };

export function filtersOf(query: URLSearchParams): Filters {
  const all = { ...NONE };
  for (const name of Object.keys(all) as (keyof Filters)[]) all[name] = query.get(name) ?? '';
  return all;
}

export interface Asked {
  limit: number;
  before?: number;
  client?: string;
  provider?: string;
  model?: string;
  task?: string;
  endpoint?: string;
  status?: string;
  since?: number;
}

/** The query of `/api/admin/requests`. */
export function asked(filters: Filters, limit: number, before: number | undefined, now = Date.now()): Asked {
  const asked: Asked = { limit };
  const target = filters.target.trim();
  const slash = target.indexOf('/');
  if (target !== '') asked.provider = slash < 0 ? target : target.slice(0, slash);
  if (slash > 0 && slash < target.length - 1) asked.model = target.slice(slash + 1);
  for (const name of ['client', 'task', 'endpoint', 'status'] as const) {
    if (filters[name].trim() !== '') asked[name] = filters[name].trim();
  }
  const hours = Number(filters.hours);
  if (filters.hours !== '' && Number.isFinite(hours)) asked.since = now - hours * 3_600_000;
  if (before !== undefined) asked.before = before;
  return asked;
}
