// Client keys: made and shown once, limited, replaced, removed; from the first one on a key is asked for.

import assert from 'node:assert/strict';
import { test, until } from './harness.mjs';

const ask = (served, key) => fetch(`${served.url}/v1/chat/completions`, {
  method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  body: JSON.stringify({ model: 'a/m', messages: [{ role: 'user', content: 'Hello' }] }),
});

test('a key is made, shown once, held to its limits, replaced and removed', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'clients' });
  await page.getByText('No client has a key of its own.').waitFor();
  await page.getByRole('button', { name: 'New client key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('<img src=x onerror=alert(1)>');
  await dialog.getByLabel('Requests a minute').fill('2');
  await dialog.getByLabel('US dollars').first().fill('5');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = (await page.getByRole('dialog', { name: 'The key is made' }).locator('pre').textContent()).trim();
  assert.match(key, /^\S{20,}$/);
  await page.getByRole('button', { name: 'I have it' }).click();
  const row = page.getByRole('row', { name: /onerror/ });
  await row.getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor();
  assert.equal(await row.locator('img').count(), 0);
  await row.getByText('2 requests/min').waitFor();
  await row.getByText(/of (US)?\$5\.00 today/).waitFor();
  assert.ok(!(await page.content()).includes(key), 'it is not told again');

  await until('the key is known', async () => (await ask(served, 'none')).status === 401);
  const statuses = [];
  for (let times = 0; times < 3; times += 1) statuses.push((await ask(served, key)).status);
  assert.deepEqual(statuses, [200, 200, 429]);

  await row.getByRole('button', { name: /Replace the key/ }).click();
  await page.getByRole('dialog').getByLabel(/Hours/).fill('0');
  await page.getByRole('dialog').getByRole('button', { name: 'Replace the key' }).click();
  const fresh = (await page.getByRole('dialog', { name: 'The key is made' }).locator('pre').textContent()).trim();
  assert.notEqual(fresh, key);
  await page.getByRole('button', { name: 'I have it' }).click();
  await until('the old key has ended', async () => (await ask(served, key)).status === 401);
  await row.getByRole('button', { name: 'Switch off' }).click();
  await row.getByText('switched off').waitFor();
  await row.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No client has a key of its own.').waitFor();
});

test('limits of a client are changed, and what cannot be is told in the dialog', async ({ server, open }) => {
  const served = await server();
  await served.run(['clients', 'create', 'app']).catch(() => undefined);
  const page = await open(served, { at: 'clients' });
  await page.getByRole('button', { name: 'New client key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('app');
  await dialog.getByText('What it may ask for').click();
  await dialog.getByLabel('Tiers').fill('quickest');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await dialog.getByRole('alert').waitFor();
  assert.equal(await dialog.getByLabel('Tiers').inputValue(), 'quickest', 'nothing that was typed is lost');
  await dialog.getByLabel('Tiers').fill('fast');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await page.getByRole('button', { name: 'I have it' }).click();
  const row = page.getByRole('row', { name: /app.*fast/ });
  await row.getByRole('button', { name: 'Change app' }).click();
  await page.getByRole('dialog').getByLabel('Requests at once').fill('3');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await row.getByText('3 at once').waitFor();
});

test('the end of a key is a day where the viewer is, and of two who change its rules the second is told', async ({ server, open }) => {
  const served = await server();
  const looks = { at: 'clients', timezone: 'America/New_York' };
  const one = await open(served, looks);
  await one.getByRole('button', { name: 'New client key' }).first().click();
  await one.getByRole('dialog').getByLabel('Name').fill('app');
  await one.getByRole('dialog').getByLabel('Expires').fill('2099-03-10');
  await one.getByRole('dialog').getByRole('button', { name: 'Make the key' }).click();
  await one.getByRole('button', { name: 'I have it' }).click();
  const other = await open(served, looks);
  for (const page of [one, other]) {
    await page.getByRole('button', { name: 'Change app' }).click();
    assert.equal(await page.getByRole('dialog').getByLabel('Expires').inputValue(), '2099-03-10');
  }
  await one.getByRole('dialog').getByLabel('Requests a minute').fill('11');
  await one.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await one.getByText('11 requests/min').waitFor();
  await other.getByRole('dialog').getByLabel('Tokens a minute').fill('2222');
  await other.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await other.getByRole('dialog').getByRole('alert').getByText('changed meanwhile').waitFor();
  await one.getByRole('button', { name: 'Change app' }).click();
  await one.getByRole('dialog').getByLabel('Expires').fill('');
  await one.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await until('it has no end', () => one.evaluate(async () => {
    const list = await (await fetch('/api/admin/client-keys')).json();
    return list.data[0].expires_at === null && list.data[0].rules.requests_per_minute === 11;
  }));
});
