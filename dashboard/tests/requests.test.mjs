// The request log: live, narrowed, page after page, one request opened along its time.

import assert from 'node:assert/strict';
import { json, seriousFindings, test, until } from './harness.mjs';

const LOGGED = '[log]\nrequests = true\n';

/** Sends a chat from the page itself, so that the session goes along. */
async function chat(page, model, words = 'hello') {
  return page.evaluate(async ([model, words]) => {
    const session = await (await fetch('/api/admin/session')).json();
    const answer = await fetch('/v1/chat/completions', {
      method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: words }] }),
    });
    return answer.status;
  }, [model, words]);
}

test('requests come in while they are looked at, and one is opened with its attempts', async ({ server, upstream, open }) => {
  const good = await upstream();
  const broken = await upstream({ '/v1/chat/completions': (_, response) => json(response, 500, { error: { message: 'down' } }) });
  const served = await server({
    config: `${LOGGED}${broken.provider('broken')}${good.provider('good')}\n[aliases]\nboth = ["broken/m", "good/m"]\n`,
  });
  const page = await open(served, { at: 'requests' });
  await page.getByText('No requests yet').waitFor();
  assert.equal(await chat(page, 'both'), 200);
  const row = page.locator('tbody tr').first();
  await row.getByText('good/m').waitFor();
  await row.locator('a').click();
  const dialog = page.getByRole('dialog');
  const attempts = dialog.locator('ol li');
  await attempts.first().waitFor();
  const told = await attempts.allInnerTexts();
  const failed = told.findIndex((text) => text.includes('broken/m') && text.includes('Overloaded'));
  const answered = told.findIndex((text) => text.includes('good/m') && text.includes('Answered'));
  assert.ok(failed >= 0 && failed < answered, told.join('\n'));
  assert.match(page.url(), /#\/requests\/[0-9a-f-]+/);
  assert.deepEqual(await seriousFindings(page), []);
  await page.keyboard.press('Escape');
  await until('the address is the list\'s again', () => page.url().endsWith('#/requests'));
});

test('filters narrow the log, stay in the address, and say when nothing is left', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: `${LOGGED}${up.provider('a')}${up.provider('b')}` });
  const page = await open(served, { at: 'requests' });
  assert.equal(await chat(page, 'a/m'), 200);
  assert.equal(await chat(page, 'b/m'), 200);
  assert.equal(await chat(page, 'none/at-all'), 404);
  await until('all are there', async () => (await page.locator('tbody tr').count()) === 3);
  await page.getByLabel('Provider or target').fill('b');
  await page.getByLabel('Provider or target').press('Tab');
  await until('one is left', async () => (await page.locator('tbody tr').count()) === 1);
  assert.match(await page.locator('tbody tr').innerText(), /b\/m/);
  assert.match(page.url(), /target=b/);
  await page.getByLabel('Status').selectOption('failed');
  await page.getByText('No request fits all of this').waitFor();
  await page.getByRole('button', { name: 'Show all' }).first().click();
  await until('all are back', async () => (await page.locator('tbody tr').count()) === 3);
});

test('the log goes page by page and leaves as a file', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: `${LOGGED}${up.provider('a')}` });
  const page = await open(served, { at: 'requests' });
  // Pages that are not live keep their borders where they were when they were read.
  await page.getByLabel('Live').uncheck();
  for (let number = 0; number < 55; number += 1) await chat(page, 'a/m');
  await until('all are in the log', () => page.evaluate(async () => {
    const answer = await fetch('/api/admin/requests?limit=500');
    return (await answer.json()).data.length === 55;
  }));
  await page.reload();
  await until('a page is full', async () => (await page.locator('tbody tr').count()) === 50);
  await until('there is a page after it', () => page.getByRole('button', { name: 'Older' }).isEnabled());
  await page.getByRole('button', { name: 'Older' }).click();
  await until('the rest is there', async () => (await page.locator('tbody tr').count()) === 5);
  assert.ok(await page.getByLabel('Live').isDisabled(), 'older pages stand still');
  await page.getByRole('button', { name: 'Newer' }).click();
  await until('the first page is back', async () => (await page.locator('tbody tr').count()) === 50);
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'JSON lines' }).click();
  const stream = await (await coming).createReadStream();
  let text = '';
  for await (const piece of stream) text += piece;
  const rows = text.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(rows.length, 55);
  assert.equal(new Set(rows.map((row) => row.seq)).size, 55);
});

test('without a log the page says how to turn it on, in Spanish, in the dark, on a phone', async ({ server, open }) => {
  const served = await server({ config: '[log]\nrequests = false\n' });
  const page = await open(served, { at: 'requests', language: 'es', theme: 'dark', width: 390 });
  await page.getByText('Aquí no se registran las peticiones').waitFor();
  await page.getByText('requests = true').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
});
