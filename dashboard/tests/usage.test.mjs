// Usage: sums that are those of the log, apart by what is chosen, failures with what to do, and all of it as a file.

import assert from 'node:assert/strict';
import { json, seriousFindings, test, until } from './harness.mjs';

const LOGGED = '[log]\nrequests = true\n';

async function chat(page, model) {
  return page.evaluate(async (model) => {
    const session = await (await fetch('/api/admin/session')).json();
    const answer = await fetch('/v1/chat/completions', {
      method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
    });
    return answer.status;
  }, model);
}

/** The text of a download. */
async function downloaded(page, press) {
  const coming = page.waitForEvent('download');
  await press();
  let text = '';
  for await (const piece of await (await coming).createReadStream()) text += piece;
  return text;
}

test('sums, charts and failures tell what was asked, and leave as a file', async ({ server, upstream, open }) => {
  const good = await upstream();
  const broken = await upstream({ '/v1/chat/completions': (_, response) => json(response, 401, { error: { message: 'no such key', code: 'invalid_api_key' } }) });
  const served = await server({ config: `${LOGGED}${good.provider('good')}${broken.provider('broken')}` });
  const page = await open(served, { at: 'usage' });
  await page.getByText('Nothing was asked in this time').waitFor();
  for (let number = 0; number < 3; number += 1) assert.equal(await chat(page, 'good/m'), 200);
  const failed = await chat(page, 'broken/m');
  assert.ok(failed >= 400, `${failed}`);
  await page.getByRole('tab', { name: '24 hours' }).click();
  await until('the log has them', async () => {
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.locator('#usage-shown[aria-busy=false]').waitFor();
    return (await page.locator('.tiles .figure').allTextContents())[0] === '4';
  });
  assert.equal(await page.locator('.tiles .figure').nth(1).textContent(), '75%');
  await until('four charts are painted', async () => (await page.locator('canvas').count()) === 4);
  // The numbers of the charts are there for those who do not see them.
  const hours = await page.getByRole('table', { name: 'Requests' }).locator('tbody tr').count();
  assert.ok(hours >= 24 && hours <= 26, `${hours} hours`);
  const groups = page.locator('#usage-groups tbody');
  await groups.getByText('good/m').waitFor();
  await page.getByRole('tab', { name: 'Task' }).click();
  await groups.getByText('Chat').first().waitFor();
  const failures = page.locator('section', { hasText: 'Failures, and what to do' });
  await failures.getByText(String(failed), { exact: false }).first().waitFor();
  await failures.getByText('The key was refused.').waitFor();
  await failures.getByText('Replace the key under Providers and keys.').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  const table = await downloaded(page, () => page.getByRole('button', { name: 'CSV' }).click());
  const [head, ...lines] = table.trim().split('\r\n');
  const at = head.split(',').indexOf('"requests"');
  const hourly = lines.filter((line) => line.startsWith('"2'));
  assert.equal(hourly.reduce((sum, line) => sum + Number(line.split(',')[at]), 0), 4, table);
  await failures.getByRole('link').first().click();
  await until('the log is narrowed to them', () => page.url().includes(`requests?status=${failed}`));
});

test('usage fits a phone, in Spanish and in the dark', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: `${LOGGED}${up.provider('a')}` });
  const page = await open(served, { at: 'usage', language: 'es', theme: 'dark', width: 390 });
  await page.getByText('No se pidió nada en este periodo').waitFor();
  assert.equal(await chat(page, 'a/m'), 200);
  await page.getByRole('tab', { name: '24 horas' }).click();
  await until('the log has it', async () => {
    await page.getByRole('button', { name: 'Leer de nuevo' }).click();
    await page.locator('#usage-shown[aria-busy=false]').waitFor();
    return (await page.locator('.tiles .figure').allTextContents())[0] === '1';
  });
  assert.deepEqual(await seriousFindings(page), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
});
