// The test lab: a sweep with its progress, what it keeps out and how that ends, and requests as they are written.

import assert from 'node:assert/strict';
import { json, seriousFindings, test, until } from './harness.mjs';

test('a sweep tells of each model, keeps out one that does not work, and lets it in again', async ({ server, upstream, open }) => {
  const good = await upstream();
  const gone = await upstream({ '/v1/chat/completions': (_, response) => json(response, 404, { error: { message: 'The model `m` does not exist', code: 'model_not_found' } }) });
  const free = (up, id) => up.provider(id, ['{ id = "m", accepts = ["text"], price = "free", tiers = { fast = 1 } }']);
  const served = await server({ config: `${free(good, 'good')}${free(gone, 'gone')}` });
  const page = await open(served, { at: 'lab' });
  await page.getByText('No model is kept out.').waitFor();
  await page.getByLabel('Providers or targets').fill('good, gone');
  await page.getByLabel('text', { exact: true }).check();
  await page.getByRole('button', { name: 'Try them' }).click();
  const found = page.getByRole('region', { name: 'What was found' });
  await found.getByText('good/m').waitFor();
  await found.getByText('gone/m').waitFor();
  await page.getByText('Done in').waitFor();
  const bar = page.getByRole('progressbar', { name: 'How far the sweep is' });
  assert.equal(await bar.evaluate((bar) => `${bar.value} of ${bar.max}`), '2 of 2');
  await page.getByText('proven 1', { exact: true }).waitFor();
  await page.getByText('refuted 1', { exact: true }).waitFor();
  const kept = page.getByRole('region', { name: 'Quarantine' });
  await kept.getByText('gone/m').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await kept.getByRole('button', { name: 'Release' }).click();
  await page.getByText('No model is kept out.').waitFor();
});

test('a raw request shows its answer, its headers and its time, and markup stays text', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'lab/raw' });
  await page.getByRole('textbox', { name: 'Body' }).fill('{"model": "a/m", "messages": [{"role": "user", "content": "<img src=x onerror=alert(1)>"}]}');
  await page.getByRole('button', { name: 'Send' }).click();
  const answer = page.getByRole('region', { name: 'The answer' });
  await answer.getByText('Hello from the fake.').waitFor();
  await answer.getByText('200').first().waitFor();
  await answer.getByText(/whole after/).waitFor();
  await answer.getByText(/headers?$/).click();
  await answer.getByText('x-routed-via').waitFor();
  assert.equal(up.seen.at(-1).body.messages[0].content, '<img src=x onerror=alert(1)>');
  // A failure is an answer too, and a body that is no JSON is named before it is sent.
  await page.getByRole('textbox', { name: 'Body' }).fill('{"model": ');
  await page.getByText('This is no JSON').waitFor();
  await page.getByLabel('Path').fill('/v1/nothing');
  await page.getByLabel('Method').selectOption('GET');
  await page.getByRole('button', { name: 'Send' }).click();
  await answer.getByText('404').first().waitFor();
  await page.getByLabel('Path').fill('https://elsewhere.example/');
  assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled(), 'nothing goes elsewhere');
});

test('the lab fits a phone, in Spanish and in the dark', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'lab', language: 'es', theme: 'dark', width: 390 });
  await page.getByText('Ningún modelo está apartado.').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByRole('tab', { name: 'Peticiones en bruto' }).click();
  await until('the address says which part', () => page.url().endsWith('#/lab/raw'));
  assert.deepEqual(await seriousFindings(page), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
});
