// Projects: made, changed, filled with files that are read, searched, used by a chat, and removed.

import assert from 'node:assert/strict';
import { test, until } from './harness.mjs';

const BRIDGE = '# The bridge\n\nThe old bridge was built in 1843 by Elisabeth Kern, of granite.\n';
const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('a project is made, filled, searched, used and removed', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'projects' });
  await page.getByText('There is no project yet.').waitFor();
  await page.getByRole('button', { name: 'New project' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('<img src=x onerror=alert(1)>');
  await dialog.getByLabel('Sign').fill('🌉');
  await dialog.getByLabel('Instructions').fill('Answer as an engineer.');
  await dialog.getByRole('button', { name: 'Make the project' }).click();
  await page.getByRole('heading', { level: 1, name: '🌉 <img src=x onerror=alert(1)>' }).waitFor();
  assert.equal(await page.locator('main img').count(), 0);
  await page.getByText('Answer as an engineer.').waitFor();

  await page.locator('input[type=file]').setInputFiles([file('bridge.md', BRIDGE), file('blank.txt', ' \n')]);
  const row = page.getByRole('row', { name: /bridge\.md/ });
  await row.getByText('ready').waitFor();
  await page.getByRole('row', { name: /blank\.txt/ }).getByText('no text in it').waitFor();
  await page.getByLabel('A question, or words').fill('Who built the bridge?');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Elisabeth Kern' }).getByText('bridge.md · The bridge').waitFor();

  // A program uses it as the page says.
  const header = (await page.locator('pre').filter({ hasText: 'X-Mediary-Project' }).textContent()).trim();
  const [name, value] = header.split(': ');
  const answer = await fetch(`${served.url}/v1/chat/completions`, {
    method: 'POST', headers: { 'content-type': 'application/json', [name]: value },
    body: JSON.stringify({ model: 'a/m', messages: [{ role: 'user', content: 'Who built the bridge?' }] }),
  });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('x-mediary-project'), /;passages=1$/);
  assert.equal(up.seen.at(-1).body.messages[0].content, 'Answer as an engineer.');

  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Bridges');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: '🌉 Bridges' }).waitFor();
  await row.getByRole('button', { name: 'Remove bridge.md' }).click();
  await page.getByRole('dialog').getByText('was sent to this project').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });

  await page.getByRole('link', { name: '← Projects' }).click();
  await page.getByRole('row', { name: /Bridges/ }).getByRole('link').click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('There is no project yet.').waitFor();
});

test('what cannot be is told where it was typed, and a file that cannot be read says why', async ({ server, open }) => {
  const served = await server({ config: '[projects]\nper_key = 1\nfiles = 1\n' });
  const page = await open(served, { at: 'projects', language: 'es' });
  await page.getByRole('button', { name: 'Proyecto nuevo' }).first().click();
  await page.getByRole('dialog').getByLabel('Nombre').fill('Uno');
  await page.getByRole('dialog').getByRole('button', { name: 'Crear el proyecto' }).click();
  await page.getByRole('heading', { level: 1, name: 'Uno' }).waitFor();
  await page.locator('input[type=file]').setInputFiles([{ name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\nnothing') }]);
  const row = page.getByRole('row', { name: /broken\.pdf/ });
  await row.getByText('no leído').waitFor();
  await page.locator('input[type=file]').setInputFiles([file('second.txt', 'Text.')]);
  await page.getByRole('alert').getByText('[projects]').waitFor();
  await row.getByRole('button', { name: 'Leer broken.pdf de nuevo' }).waitFor();
  await page.goto(`${served.url}/dashboard#/projects`);
  await page.getByRole('button', { name: 'Proyecto nuevo' }).first().click();
  await page.getByRole('dialog').getByLabel('Nombre').fill('Dos');
  await page.getByRole('dialog').getByRole('button', { name: 'Crear el proyecto' }).click();
  await page.getByRole('dialog').getByRole('alert').getByText('per_key').waitFor();
  assert.equal(await page.getByRole('dialog').getByLabel('Nombre').inputValue(), 'Dos', 'nothing that was typed is lost');
  await page.goto(`${served.url}/dashboard#/projects/proj_none`);
  await page.getByText('No existe ese proyecto.').waitFor();
  await until('nothing is left to read', async () => (await page.getByText('leyéndose').count()) === 0);
});
