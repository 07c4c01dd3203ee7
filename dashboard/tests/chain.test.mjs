// The order of a tier: moved by keyboard and by mouse, switched, kept; the second of two browsers is told.

import assert from 'node:assert/strict';
import { json, test, until } from './harness.mjs';

const names = (page) => page.locator('ol .target').allTextContents();

/** Which target answers the tier. */
async function answering(served) {
  const body = JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'Hello' }] });
  const answer = await fetch(`${served.url}/v1/plan`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return (await answer.json()).candidates?.[0]?.target;
}

const three = (up) => ['a', 'b', 'c'].map((id, index) => up.provider(id, [`{ id = "m", tiers = { fast = ${index + 1} } }`])).join('');

test('targets are moved by keyboard, by buttons and by dragging, and switched off', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: three(up) });
  const page = await open(served, { at: 'chain/fast' });
  await page.getByRole('button', { name: /^a\/m, place 1/ }).waitFor();
  assert.deepEqual(await names(page), ['a/m', 'b/m', 'c/m']);
  await page.getByRole('button', { name: /^c\/m, place 3/ }).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.deepEqual(await names(page), ['c/m', 'a/m', 'b/m']);
  await page.getByText('c/m is at place 1 of 3.').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Move a/m down' }).click();
  assert.deepEqual(await names(page), ['c/m', 'b/m', 'a/m']);
  assert.equal(await answering(served), 'a/m', 'nothing is kept yet');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The order is kept and in force.').waitFor();
  await until('the order is in force', async () => (await answering(served)) === 'c/m');

  await page.locator('ol li', { hasText: 'a/m' }).dragTo(page.locator('ol li', { hasText: 'c/m' }));
  assert.deepEqual(await names(page), ['a/m', 'c/m', 'b/m']);
  await page.getByRole('switch', { name: 'a/m is asked for this tier' }).uncheck();
  const kept = page.waitForResponse((response) => response.request().method() === 'PUT');
  await page.getByRole('button', { name: 'Save' }).click();
  await kept;
  await until('a is switched off', async () => (await answering(served)) === 'c/m');
  await page.reload();
  await page.getByRole('button', { name: /^a\/m, place 1/ }).waitFor();
  assert.equal(await page.getByRole('switch', { name: 'a/m is asked for this tier' }).isChecked(), false);
  await page.getByRole('button', { name: 'Forget this order' }).click();
  await until('the usual order is back', async () => (await answering(served)) === 'a/m');
});

test('a preset is kept as one: the server orders every request by it, until an order is made by hand', async ({ server, upstream, open }) => {
  const up = await upstream();
  const model = (rank, price) => [`{ id = "m", tiers = { fast = ${rank} }, price = { input_usd = ${price}, output_usd = ${price} } }`];
  const served = await server({ config: up.provider('a', model(1, '3.0')) + up.provider('b', model(2, '1.0')) });
  const page = await open(served, { at: 'chain/fast' });
  await page.getByRole('button', { name: /^a\/m, place 1/ }).waitFor();
  await page.getByRole('button', { name: 'Cost', exact: true }).click();
  assert.deepEqual(await names(page), ['b/m', 'a/m']);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The order is kept and in force.').waitFor();
  await until('the cheaper one is first', async () => (await answering(served)) === 'b/m');
  await page.locator('strong', { hasText: 'ordered by: Cost' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Cost', exact: true }).getAttribute('aria-pressed'), 'true');
  await page.getByRole('switch', { name: 'b/m is asked for this tier' }).uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await until('it is switched off', async () => (await answering(served)) === 'a/m');
  await page.locator('strong', { hasText: 'ordered by: Cost' }).waitFor();
  await until('what is switched off comes last', async () => (await names(page)).join() === 'a/m,b/m');
  await page.getByRole('button', { name: 'Move a/m down' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('an order of your own').first().waitFor();
});

test('of two browsers that change the same order the second is told, and its order is not lost', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: three(up) });
  const [one, other] = [await open(served, { at: 'chain/fast' }), await open(served, { at: 'chain/fast' })];
  for (const [page, target] of [[one, 'b/m'], [other, 'c/m']]) {
    await page.getByRole('button', { name: `Move ${target} up` }).click();
  }
  await one.getByRole('button', { name: 'Save' }).click();
  await one.getByText('The order is kept and in force.').waitFor();
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByRole('alert').getByText('were changed elsewhere meanwhile').waitFor();
  await until('the first one counts', async () => (await answering(served)) === 'b/m');
  assert.deepEqual(await names(other), ['a/m', 'c/m', 'b/m'], 'what was made here stays');
  await other.getByRole('button', { name: 'Read them again' }).click();
  await other.getByRole('alert').waitFor({ state: 'detached' });
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('The order is kept and in force.').waitFor();
  await until('now the second one counts', async () => (await answering(served)) === 'a/m');
});

test('a target that is down says so, and one in quarantine is tried again', async ({ server, upstream, open }) => {
  const down = await upstream({ '/v1/chat/completions': (_, response) => json(response, 404, { error: { message: 'The model `m` does not exist', code: 'model_not_found' } }) });
  const up = await upstream();
  const served = await server({ config: down.provider('gone', ['{ id = "m", tiers = { fast = 1 } }']) + up.provider('good', ['{ id = "m", tiers = { fast = 2 } }']) });
  const body = JSON.stringify({ models: ['gone'], abilities: ['text'], paid: true });
  await fetch(`${served.url}/v1/models/verify`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const page = await open(served, { at: 'chain/fast' });
  const row = page.locator('ol li', { hasText: 'gone/m' });
  await row.getByText(/is in quarantine|cools down/).waitFor();
  await row.getByRole('button', { name: 'Try gone/m again' }).click();
  await row.getByText('is in quarantine').waitFor({ state: 'detached' });
});

test('a long list is searched, a target goes to the top, and an order that is not kept yet waits for its page', async ({ server, upstream, open }) => {
  const up = await upstream();
  const models = Array.from({ length: 40 }, (_, index) => `{ id = "m${index}", tiers = { fast = ${index + 1} } }`);
  const served = await server({ config: up.provider('a', models) });
  const page = await open(served, { at: 'chain/fast' });
  await page.getByRole('searchbox', { name: 'Find a target' }).fill('m37');
  await page.getByText('1 of 40 targets').waitFor();
  await page.getByRole('button', { name: 'Move a/m37 to the top' }).click();
  await page.getByText('a/m37 is at place 1 of 40.').waitFor({ state: 'attached' });
  await page.getByRole('searchbox', { name: 'Find a target' }).fill('');
  await until('all are shown again', async () => (await names(page)).length === 40);
  assert.deepEqual((await names(page)).slice(0, 2), ['a/m37', 'a/m0']);

  await page.getByRole('tab', { name: 'code' }).click();
  await page.getByRole('tab', { name: 'fast •' }).waitFor();
  assert.match(page.url(), /#\/chain\/code$/);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await page.evaluate(() => (location.hash = '#/chain/fast'));
  await page.getByText('The order is changed, and not kept yet.').waitFor();
  await until('the order that was made is shown', async () => (await names(page)).slice(0, 2).join() === 'a/m37,a/m0');
  // The tab goes with the address, however it is changed.
  await page.evaluate(() => (location.hash = '#/chain/code'));
  await page.getByRole('tab', { name: 'code', selected: true }).waitFor();
  await page.evaluate(() => (location.hash = '#/chain/fast'));
  await page.getByRole('tab', { name: 'fast •', selected: true }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The order is kept and in force.').waitFor();
  await until('the order is in force', async () => (await answering(served)) === 'a/m37');
});
