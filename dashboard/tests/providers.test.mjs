// Keys of providers: added, used at once, labelled, left out and removed; what is wrong is told where it happened.

import assert from 'node:assert/strict';
import { json, test, until } from './harness.mjs';

const chat = { model: 'a/m', messages: [{ role: 'user', content: 'Hello' }] };

const ask = (served) => fetch(`${served.url}/v1/chat/completions`, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(chat),
});

test('a key is added, used, labelled, left out and removed', async ({ server, upstream, open }) => {
  const up = await upstream();
  const config = up.provider('a').replace(/api_keys = .*\n/, 'auth = "bearer"\n');
  const served = await server({ config });
  const page = await open(served, { at: 'providers?add=a' });
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Key', { exact: true }).fill('sk-live-0123456789-ZZZZ');
  await dialog.getByLabel('Label').fill('<b>mine</b> & yours');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await page.getByText('The key is added and in use.').waitFor();
  const row = page.locator('li', { hasText: '…ZZZZ' });
  // Markup in a label is text, and the key itself is nowhere.
  await row.getByText('<b>mine</b> & yours').waitFor();
  assert.equal(await row.locator('b').count(), 0);
  assert.doesNotMatch(await page.content(), /0123456789/);
  await until('the key is used', async () => (await ask(served)).status === 200);
  assert.equal(up.seen.find(({ path }) => path.endsWith('completions')).headers.authorization, 'Bearer sk-live-0123456789-ZZZZ');
  await row.getByText('works').waitFor();

  await row.getByRole('button', { name: /Change the label/ }).click();
  await page.getByRole('dialog').getByLabel('Label').fill('of the team');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await row.getByText('of the team').waitFor();
  await row.getByRole('button', { name: 'Leave out' }).click();
  await row.getByText('left out').waitFor();
  await until('it is left out', async () => (await ask(served)).status === 503);
  await row.getByRole('button', { name: 'Use again' }).click();
  await until('it is used again', async () => (await ask(served)).status === 200);
  await row.getByRole('button', { name: 'Remove the key of the team' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
});

test('a provider that refuses the key shows that where the key is, and a test of it says how it stands', async ({ server, upstream, open }) => {
  const refuse = (_, response) => json(response, 401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } });
  const up = await upstream({ '/v1/chat/completions': refuse, '/v1/models': refuse });
  const served = await server({ config: up.provider('a').replace(/api_keys = .*\n/, 'auth = "bearer"\n') });
  const page = await open(served, { at: 'providers?add=a' });
  await page.getByRole('dialog').getByLabel('Key', { exact: true }).fill('sk-dead-0123456789-YYYY');
  await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
  const row = page.locator('li', { hasText: '…YYYY' });
  await row.waitFor();
  await until('it is refused', async () => (await ask(served)) && up.seen.some(({ path }) => path.endsWith('completions')));
  await row.getByText(/Last failure: /).waitFor();
  await row.getByRole('button', { name: 'Test' }).click();
  await row.getByText(/Tested: |cannot test keys on demand/).waitFor();
});

test('a key that the store has already is refused in the dialog, and what was typed stays', async ({ server, upstream, open }) => {
  const up = await upstream();
  const page = await open(await server({ config: up.provider('a') }), { at: 'providers' });
  for (let times = 0; times < 2; times += 1) {
    await page.getByRole('button', { name: 'Add a key of A', exact: false }).or(page.getByRole('button', { name: 'Add a key', exact: true })).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Provider').selectOption('a');
    await dialog.getByLabel('Key', { exact: true }).fill('sk-twice-0123456789-XXXX');
    await dialog.getByRole('button', { name: 'Add' }).click();
    if (times === 0) await page.locator('li', { hasText: '…XXXX' }).waitFor();
  }
  await page.getByRole('dialog').getByRole('alert').getByText(/is kept already/).waitFor();
  assert.equal(await page.getByRole('dialog').getByLabel('Key', { exact: true }).inputValue(), 'sk-twice-0123456789-XXXX');
});

test('keys of the configuration and the environment are tested and left out like others, and what needs none offers none', async ({ server, upstream, open }) => {
  const up = await upstream();
  const open_one = up.provider('keyless').replace(/api_keys = .*\n/, 'auth = "none"\n');
  const served = await server({ config: up.provider('a') + open_one, env: { GROQ_API_KEY: 'sk-groq-0123456789-GGGG' } });
  const page = await open(served, { at: 'providers' });
  const row = page.locator('li', { hasText: '…AAAA' });
  await row.getByRole('button', { name: 'Test' }).click();
  await row.getByText(/Tested: not to be told/).waitFor();
  await row.getByRole('button', { name: 'Leave out' }).click();
  await until('it is left out', async () => (await ask(served)).status !== 200);
  await row.getByRole('button', { name: 'Use again' }).click();
  await until('it is used again', async () => (await ask(served)).status === 200);
  await page.locator('li', { hasText: '…GGGG' }).getByText('from GROQ_API_KEY').waitFor();
  await page.locator('li', { hasText: '…GGGG' }).getByRole('button', { name: 'Leave out' }).click();
  await page.locator('li', { hasText: '…GGGG' }).getByText('left out', { exact: true }).waitFor();
  assert.equal(await row.getByRole('button', { name: /Remove/ }).count(), 0, 'it is removed where it stands');
  const keyless = page.locator('article', { hasText: 'keyless' });
  await keyless.getByText('Called without a key.').waitFor();
  assert.equal(await keyless.getByRole('button').count(), 0);
  const ollama = page.locator('.others li', { hasText: 'Ollama' }).filter({ hasNotText: 'Cloud' });
  await ollama.getByRole('link', { name: 'Get it: Ollama' }).waitFor();
  assert.equal(await ollama.getByRole('button').count(), 0);
});
