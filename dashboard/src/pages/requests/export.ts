// Rows of the log as a file: page after page from the server, so that no request of ours is long.

import { ask, http } from '../../lib/api';
import { asked, type Filters } from './query';
import { csv, keep } from './file';

/** The most that is taken at once; more is a matter for the command line. */
export const MOST = 50_000;

/** Writes the rows that a filter leaves into a file. Tells how many there are so far. */
export async function exported(filters: Filters, form: 'csv' | 'jsonl', told: (rows: number) => void, signal: AbortSignal): Promise<number> {
  const rows: Record<string, unknown>[] = [];
  const now = Date.now();
  let before: number | undefined;
  for (;;) {
    const query = asked(filters, 500, before, now);
    const page = await ask(http.GET('/api/admin/requests', { params: { query }, signal }));
    rows.push(...(page.data as unknown as Record<string, unknown>[]));
    told(rows.length);
    if (!page.has_more || page.next == null || rows.length >= MOST) break;
    before = page.next;
  }
  const text = form === 'csv' ? csv(rows) : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  keep(`requests.${form}`, text, form === 'csv' ? 'text/csv' : 'application/x-ndjson');
  return rows.length;
}
