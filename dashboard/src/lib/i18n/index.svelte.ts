// The texts, in the viewer's language. English is what the others are held against (tests/catalogs.test.mjs).
//
// A text has `{names}` that are filled in, and where it counts something an object of plural forms instead:
//   many: { one: '{count} key', other: '{count} keys' }

import type { en } from './en';

export type Message = string | { one: string; other: string };
type Catalog = typeof en;
type Pages = keyof Catalog;
/** `page.text`, for every text there is. */
export type Key = { [P in Pages]: `${P}.${Extract<keyof Catalog[P], string>}` }[Pages];
export type Language = 'en' | 'es';

export const languages: Record<Language, string> = { en: 'English', es: 'Español' };

const KEPT = 'mediary.language';
const load: Record<Language, () => Promise<Record<string, Record<string, Message>>>> = {
  en: async () => (await import('./en')).en,
  es: async () => (await import('./es')).es,
};

function wished(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'en' || kept === 'es') return kept;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2));
  return spoken.find((tag): tag is Language => tag === 'en' || tag === 'es') ?? 'en';
}

class I18n {
  language = $state<Language>(wished());
  catalog = $state.raw<Record<string, Record<string, Message>>>({});

  /** Of numbers and times: the browser's own variety of the language, where it has one. */
  get locale(): string {
    return navigator.languages.find((tag) => tag.startsWith(this.language)) ?? this.language;
  }

  /** Loads the texts; the page is shown after this. */
  async start(): Promise<void> {
    await this.#take(this.language);
  }

  async set(language: Language): Promise<void> {
    localStorage.setItem(KEPT, language);
    await this.#take(language);
  }

  async #take(language: Language): Promise<void> {
    this.catalog = await load[language]();
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const i18n = new I18n();

/** The text of a key, with names filled in. `count` chooses the plural. */
export function t(key: Key, filled: Record<string, string | number> = {}): string {
  const dot = key.indexOf('.');
  const message = i18n.catalog[key.slice(0, dot)]?.[key.slice(dot + 1)] ?? key;
  const form = typeof message === 'string' ? message : message[plural(Number(filled.count ?? 0))];
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = filled[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(i18n.locale).format(value) : value;
  });
}

/** The text of a key that is put together at run time, such as the name of a state; `otherwise` where there is none. */
export function named(page: Pages, name: string, otherwise = name): string {
  const message = i18n.catalog[page]?.[name];
  return typeof message === 'string' ? message : otherwise;
}

function plural(count: number): 'one' | 'other' {
  return new Intl.PluralRules(i18n.language).select(count) === 'one' ? 'one' : 'other';
}
