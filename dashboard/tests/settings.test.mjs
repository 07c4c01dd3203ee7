// Settings: in force at once, told to the second of two browsers; a session that ends loses nothing; the password.

import assert from 'node:assert/strict';
import { logIn, PASSWORD, settled, test, until } from './harness.mjs';

test('a policy is kept and in force at once', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a', ['{ id = "m", price = { input_usd = 1.0, output_usd = 2.0 } }']) });
  const page = await open(served, { at: 'settings' });
  await page.getByLabel('What requests may cost').selectOption('free');
  await page.getByLabel('Keep a row for each request').check();
  await page.getByLabel('Days that rows are kept').fill('12');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The settings are kept and in force.').waitFor();
  const chat = JSON.stringify({ model: 'a/m', messages: [{ role: 'user', content: 'Hello' }] });
  const ask = () => fetch(`${served.url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: chat });
  await until('what costs is not asked', async () => (await ask()).status !== 200);
  await page.reload();
  await until('it is still set', async () => (await page.getByLabel('What requests may cost').inputValue()) === 'free');
  assert.equal(await page.getByLabel('Days that rows are kept').inputValue(), '12');
});

test('of two browsers that change a setting the second is told, and what was typed there is not lost', async ({ server, open }) => {
  const served = await server();
  const [one, other] = [await open(served, { at: 'settings' }), await open(served, { at: 'settings' })];
  for (const [page, days] of [[one, '5'], [other, '9']]) await page.getByLabel('Days that rows are kept').fill(days);
  await one.getByLabel('Rows at most').fill('77');
  await one.getByRole('button', { name: 'Save' }).click();
  await one.getByText('The settings are kept and in force.').waitFor();
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByRole('alert').getByText('were changed elsewhere meanwhile').waitFor();
  assert.equal(await other.getByLabel('Days that rows are kept').inputValue(), '9');
  await other.getByRole('button', { name: 'Read them again' }).click();
  await until('the other change of the first one is shown', async () => (await other.getByLabel('Rows at most').inputValue()) === '77');
  assert.equal(await other.getByLabel('Days that rows are kept').inputValue(), '9');
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('The settings are kept and in force.').waitFor();
  await other.reload();
  await until('both changes are kept', async () => (await other.getByLabel('Days that rows are kept').inputValue()) === '9');
  assert.equal(await other.getByLabel('Rows at most').inputValue(), '77');
});

test('a session that has ended asks for the password over the page, and the change goes through', async ({ server, open }) => {
  const served = await server();
  const page = await open(served, { at: 'settings' });
  await page.getByLabel('Days that rows are kept').fill('21');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog', { name: 'The session has ended' }).waitFor();
  assert.equal(await page.getByLabel('Days that rows are kept').inputValue(), '21');
  await logIn(page, PASSWORD);
  await page.getByText('The settings are kept and in force.').waitFor();
  assert.equal(await page.getByLabel('Days that rows are kept').inputValue(), '21');
});

test('the password is changed by the one that is set', async ({ server, open }) => {
  const served = await server();
  const page = await open(served, { at: 'settings' });
  const change = async (current, password) => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Change the password' }).click();
  };
  await change('wrong horse', 'better horse battery');
  await page.getByRole('alert').getByText('The password or the code is wrong.').waitFor();
  await change(PASSWORD, 'better horse battery');
  await page.getByText('The password is changed').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await logIn(page, 'better horse battery');
});

test('language and appearance stay with the browser', async ({ server, open }) => {
  const page = await open(await server(), { at: 'settings' });
  await page.getByRole('radio', { name: 'Dark' }).check();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.locator('main').getByLabel('Language').selectOption('es');
  await page.getByRole('heading', { level: 1, name: 'Ajustes' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'es');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Ajustes' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
});

test('an ended session is asked for once, and nothing is read again and again meanwhile', async ({ server, open }) => {
  const page = await open(await server({ config: '[log]\nrequests = true\n' }), { at: 'requests' });
  await settled(page);
  let refused = 0;
  page.on('response', (response) => (refused += Number(response.status() === 401)));
  await page.context().clearCookies();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[name=password]').waitFor();
  // Who does not want to is left alone, although the page goes on reading at times.
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  const reads = refused;
  await until('the page has read again', () => refused > reads + 1);
  assert.equal(await dialog.isVisible(), false);
  await page.goto(`${page.url().split('#')[0]}#/settings`);
  assert.ok(refused < 60, `${refused} requests were refused`);
});
