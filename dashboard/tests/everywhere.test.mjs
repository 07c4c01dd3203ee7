// Every page: without serious findings of axe, in both languages and themes, on a telephone, with and without a server.

import assert from 'node:assert/strict';
import { seriousFindings, settled, test } from './harness.mjs';

const pages = ['start', 'playground', 'voice', 'documents', 'threads', 'projects', 'reminders', 'providers', 'chain/auto', 'capabilities', 'clients', 'integrations', 'requests', 'usage', 'lab', 'settings'];

const looks = [
  { language: 'en', theme: 'light' },
  { language: 'es', theme: 'dark', width: 390, height: 780, mobile: true },
];

for (const look of looks) {
  test(`every page can be read and used: ${look.language}, ${look.theme}`, async ({ server, upstream, open }) => {
    const up = await upstream();
    const page = await open(await server({ config: `[log]\nrequests = true\n${up.provider('a')}` }), look);
    for (const name of pages) {
      await page.goto(`${page.url().split('#')[0]}#/${name}`);
      await settled(page);
      assert.deepEqual(await seriousFindings(page), [], name);
      // Only what is made to scroll does; the page itself is never wider than the screen.
      const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= seen, `${name} is ${wide} pixels wide on ${seen}`);
      assert.equal(await page.evaluate(() => document.documentElement.lang), look.language);
    }
  });
}

test('the way through the pages is open to the keyboard, and on a telephone behind a button', async ({ server, open }) => {
  const served = await server();
  const page = await open(served);
  await page.locator('body').press('Tab');
  await page.getByRole('link', { name: 'To the content' }).press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  const small = await open(served, { width: 390, height: 780, mobile: true });
  assert.equal(await small.getByRole('link', { name: 'Settings' }).isVisible(), false);
  await small.getByRole('button', { name: 'Menu' }).click();
  await small.getByRole('link', { name: 'Settings' }).click();
  await small.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  assert.equal(await small.getByRole('link', { name: 'Usage' }).isVisible(), false, 'the menu has closed');
});

test('no page of another site is let in, and none may frame these', async ({ server }) => {
  const served = await server();
  const foreign = await fetch(`${served.url}/api/admin/login`, {
    method: 'POST', headers: { 'content-type': 'application/json', origin: 'https://evil.example' }, body: JSON.stringify({ password: 'x' }),
  });
  assert.equal(foreign.status, 403);
  assert.equal((await fetch(`${served.url}/dashboard`)).headers.get('x-frame-options'), 'DENY');
});
