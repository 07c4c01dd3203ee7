// Numbers, sums and times as the viewer's language writes them.

import { i18n } from './i18n/index.svelte';

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: digits }).format(value);
}

/** 12 345 678 as 12.3 M. */
export function short(value: number): string {
  return new Intl.NumberFormat(i18n.locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

export function percent(share: number, digits = 1): string {
  return new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

/** US dollars, with as many digits as a small sum needs. */
export function dollars(value: number): string {
  const digits = value !== 0 && Math.abs(value) < 0.01 ? 6 : value !== 0 && Math.abs(value) < 1 ? 4 : 2;
  return new Intl.NumberFormat(i18n.locale, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', maximumFractionDigits: digits }).format(value);
}

export function milliseconds(value: number): string {
  if (value < 1000) return `${number(value)} ms`;
  return value < 60_000 ? `${number(value / 1000, 2)} s` : duration(value);
}

/** The two largest units: 1 h 5 min. */
export function duration(ms: number): string {
  const units: [number, string][] = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];
  const parts: string[] = [];
  let left = Math.max(0, Math.round(ms / 1000)) * 1000;
  for (const [size, name] of units) {
    if (parts.length === 2) break;
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${number(count)} ${name}`);
    left -= count * size;
  }
  return parts.join(' ') || `0 s`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${number(size, size < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

/** A moment, by milliseconds since 1970. */
export function moment(ms: number): string {
  return new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(ms);
}

export function clock(ms: number): string {
  return new Intl.DateTimeFormat(i18n.locale, { timeStyle: 'medium' }).format(ms);
}

/** The time of a moment of today, else the moment. */
export function lately(ms: number, now = Date.now()): string {
  return new Date(ms).toDateString() === new Date(now).toDateString() ? clock(ms) : moment(ms);
}

export function day(ms: number): string {
  return new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium' }).format(ms);
}

/** Five minutes ago, in two hours. */
export function relative(ms: number, now = Date.now()): string {
  const format = new Intl.RelativeTimeFormat(i18n.locale, { numeric: 'auto' });
  const seconds = (ms - now) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3600], ['minute', 60]];
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return format.format(Math.round(seconds / size), unit);
}
