// Files that the page makes itself.

/** Offers something as a file. */
export function keep(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  [link.href, link.download] = [url, name];
  link.click();
  // The browser has begun to read it when the next minute comes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A table as RFC 4180 has it; a field that a spreadsheet would take for a formula is quoted with an apostrophe. */
export function csv(rows: Record<string, unknown>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const field = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    if (typeof value !== 'string') return String(value);
    return `"${/^[=+\-@\t\r]/.test(value) ? "'" : ''}${value.replaceAll('"', '""')}"`;
  };
  const lines = [names.map(field), ...rows.map((row) => names.map((name) => field(row[name])))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}
