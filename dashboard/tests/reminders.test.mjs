// Reminders are added, completed and removed, and calendars find them by an address; Google's card says how it stands.

import assert from 'node:assert/strict';
import { test, until } from './harness.mjs';

test('a reminder is added, completed and removed, and its calendar is found by its address', async ({ server, open }) => {
  const served = await server();
  const page = await open(served, { at: 'reminders' });
  await page.getByText('There are none.').waitFor();
  await page.getByLabel('What about').fill('Water the plants');
  await page.getByLabel('When').fill('2050-12-01T09:00');
  await page.getByLabel('Priority').selectOption('high');
  await page.getByRole('button', { name: 'Add the reminder' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Water the plants' }).waitFor();
  await page.getByRole('button', { name: 'Make an address' }).click();
  await page.getByText('Shown this once').waitFor();
  const address = (await page.locator('pre, code').filter({ hasText: 'feed.ics?token=' }).first().textContent()).trim();
  const calendar = await (await fetch(address)).text();
  assert.match(calendar, /SUMMARY:Water the plants/);
  await page.getByRole('button', { name: 'End the address' }).click();
  await until('the address finds nothing', async () => (await fetch(address)).status === 404);
  await page.getByRole('button', { name: 'Complete “Water the plants”' }).click();
  await page.getByText('There are none.').waitFor();
  await page.getByLabel('Which are shown').selectOption('true');
  await page.getByRole('button', { name: 'Remove “Water the plants”' }).click();
  await page.getByText('There are none.').waitFor();
});

test('Google is off until it is set up, and is then connected from the page', async ({ server, open }) => {
  const off = await open(await server(), { at: 'integrations' });
  await off.getByText('GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET').waitFor();
  const served = await server({ config: '[google]\nclient_id = "client-1"\nclient_secret = "secret-1"\n' });
  const page = await open(served, { at: 'integrations' });
  await page.getByText('not connected').waitFor();
  await page.getByRole('button', { name: 'Connect an account' }).click();
  const link = page.getByRole('link', { name: 'Open Google’s page of consent' });
  const url = new URL(await link.getAttribute('href'));
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
  assert.equal(url.searchParams.get('redirect_uri'), `${served.url}/v1/google/callback`);
  assert.equal(url.searchParams.get('scope').includes('gmail.send'), false, 'only what reads is asked for');
});
