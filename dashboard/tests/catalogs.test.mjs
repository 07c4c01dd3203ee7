// The two catalogs have the same texts, with the same names to be filled in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'vite';

const root = new URL('..', import.meta.url).pathname;

async function catalog(language) {
  const built = await build({
    root, configFile: false, logLevel: 'error',
    build: { write: false, minify: false, lib: { entry: `src/lib/i18n/${language}/index.ts`, formats: ['es'] } },
  });
  const { code } = built[0].output[0];
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`))[language];
}

/** Every text by its key, with the names that it is filled with. */
function texts(catalog) {
  const all = Object.entries(catalog).flatMap(([page, texts]) => Object.entries(texts).map(([name, text]) => [`${page}.${name}`, text]));
  return new Map(all.map(([key, text]) => {
    const forms = typeof text === 'string' ? [text] : [text.one, text.other];
    return [key, { isCounted: typeof text !== 'string', forms, names: [...new Set(forms.join(' ').match(/\{\w+\}/g) ?? [])].sort() }];
  }));
}

test('both languages have every text, filled with the same names', async () => {
  const [en, es] = [texts(await catalog('en')), texts(await catalog('es'))];
  assert.ok(en.size > 50);
  assert.deepEqual([...es.keys()].sort(), [...en.keys()].sort());
  for (const [key, { isCounted, names, forms }] of en) {
    const other = es.get(key);
    assert.deepEqual({ key, isCounted: other.isCounted, names: other.names }, { key, isCounted, names });
    assert.ok([...forms, ...other.forms].every((form) => form.trim() !== ''), key);
  }
});

test('Spanish speaks to its reader as a friend, everywhere', async () => {
  // Orders to a stranger, as they were mixed in before; words that are also other forms are left out.
  const formal = /\b(usted|elija|abra|añada|envíe|ponga|suba|suelte|cree|pregunte|escriba|sustituya|compruebe|cambie|espere|acote|concédalo|inténtelo|descárguelo|actívelo|averigüe|pinte|dele)\b/i;
  for (const [key, { forms }] of texts(await catalog('es'))) {
    for (const form of forms) assert.doesNotMatch(form, formal, key);
  }
});
