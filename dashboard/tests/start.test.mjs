// From the first start to the first answered request; capabilities and set-ups of programs.

import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logIn, test, until } from './harness.mjs';

test('from the first start to the first answered request', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ password: false, config: up.provider('a').replace(/api_keys = .*\n/, 'auth = "bearer"\n') });
  const page = await open(served, { login: false });
  await page.getByText('Nothing can be changed yet').waitFor();
  await page.getByText('No provider is set up: chats and pictures need one.').waitFor();
  await page.locator('#missing').locator('..').getByRole('link', { name: 'Add a key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a key' });
  await dialog.getByLabel('Provider').selectOption('a');
  await dialog.getByLabel('Key', { exact: true }).fill('sk-live-0123456789-ZZZZ');
  await dialog.getByRole('button', { name: 'Add' }).click();
  // The change wants a password, which is set in place; the change goes on then.
  const door = page.getByRole('dialog', { name: 'Set a password first' });
  await door.getByLabel('Code').fill('guess');
  await door.getByLabel('New password').fill('correct horse battery');
  await door.getByRole('button', { name: 'Set the password' }).click();
  await door.getByText('The password or the code is wrong.').waitFor();
  await door.getByLabel('Code').fill(served.code);
  await door.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('The key is added and in use.').waitFor();
  await page.getByRole('link', { name: 'Start', exact: true }).click();
  await page.getByText('1 target can chat.').waitFor();
  await page.getByLabel('Ask something').fill('Who are you?');
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByText('Hello from the fake.').waitFor();
  await page.getByText(/Answered by a\/m/).waitFor();
  assert.equal(up.seen.at(-1).body.messages.at(-1).content, 'Who are you?');
});

test('the matrix shows what is native, and what needs a key', async ({ server, upstream, open }) => {
  const up = await upstream();
  const page = await open(await server({ config: up.provider('a') }), { at: 'capabilities' });
  const row = page.getByRole('row', { name: /a\/m/ });
  await row.getByText('Text: as it is').waitFor({ state: 'attached' });
  await row.getByText(/Pictures: as it is: /).waitFor({ state: 'attached' });
  await row.getByRole('button', { name: 'a/m' }).click();
  await page.getByText('on this machine').waitFor();
  const keyless = page.getByRole('row', { name: /Anthropic/ });
  await keyless.getByRole('link', { name: 'Add a key of Anthropic' }).click();
  await page.getByRole('dialog', { name: 'Add a key' }).waitFor();
  assert.equal(await page.getByRole('dialog').getByLabel('Provider').inputValue(), 'anthropic');
});

test('set-ups of programs have the real address and a real key', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'integrations/codex' });
  await page.getByText(`base_url = "${served.url}/v1"`).waitFor();
  await page.getByRole('link', { name: 'curl' }).click();
  await page.getByRole('button', { name: 'Make a key for it' }).click();
  await page.getByText('Shown this once').waitFor();
  const command = await page.locator('pre').textContent();
  const key = /Bearer (\S+)"/.exec(command)[1];
  await page.getByRole('button', { name: 'Copy' }).click();
  await until('it is copied', async () => (await page.evaluate(() => navigator.clipboard.readText())) === command);
  const answer = await fetch(`${served.url}/v1/chat/completions`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  assert.equal(answer.status, 200);
  await page.getByLabel('Model').selectOption('a/m');
  for (const name of ['OpenAI · Python', 'OpenAI · JavaScript', 'Anthropic · Python', 'Ollama', 'LangChain', 'Vercel AI SDK', 'Claude Code', 'Open WebUI', 'n8n']) {
    await page.getByRole('navigation', { name: 'Programs' }).getByRole('link', { name, exact: true }).click();
    const texts = (await page.locator('section pre').allTextContents()).join('\n');
    assert.ok(texts.includes(served.url) && texts.includes(key) && texts.includes('a/m'), `${name}: ${texts}`);
  }
  for (const name of ['MCP · Claude Desktop', 'MCP · Claude Code', 'MCP · Cursor', 'MCP · Windsurf']) {
    await page.getByRole('navigation', { name: 'Programs' }).getByRole('link', { name, exact: true }).click();
    const texts = (await page.locator('section pre').allTextContents()).join('\n');
    assert.ok(texts.includes('mediary') && (name.endsWith('Desktop') || (texts.includes(`${served.url}/mcp`) && texts.includes(key))), `${name}: ${texts}`);
  }
  const { mediary } = JSON.parse(await page.locator('section pre').textContent()).mcpServers;
  const tools = await fetch(mediary.serverUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...mediary.headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  assert.ok((await tools.json()).result.tools.some((tool) => tool.name === 'read_document'));
});

test('without a provider the page says what to do, in the viewer’s language, and one click leads to a key', async ({ server, open }) => {
  const served = await server();
  const page = await open(served, { at: 'chain/fast', language: 'es', width: 390, height: 780, mobile: true });
  await page.getByText('Todavía no hay ningún proveedor.').waitFor();
  await page.getByText('respuestas cortas y rápidas').waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /_API_KEY/, 'no list of variables');
  await page.getByRole('link', { name: 'Añadir una clave de Groq' }).click();
  const dialog = page.getByRole('dialog', { name: 'Añadir una clave' });
  await until('the provider is chosen', async () => (await dialog.getByLabel('Proveedor').inputValue()) === 'groq');
  await page.keyboard.press('Escape');
  await page.evaluate(() => (location.hash = '#/start'));
  await page.getByLabel('Pregunta algo').fill('¿Hola?');
  await page.getByRole('button', { name: 'Preguntar' }).click();
  await page.getByRole('alert').getByText('No hay ningún proveedor que haga esto.').waitFor();
  await page.getByRole('button', { name: 'Activarlo' }).click();
  await page.getByRole('button', { name: 'Activarlo' }).waitFor({ state: 'detached' });
  await page.evaluate(() => (location.hash = '#/settings'));
  await until('requests are logged', () => page.getByLabel('Guardar una fila por petición').isChecked());
  assert.doesNotMatch(await page.locator('main').innerText(), /ANTHROPIC_API_KEY/);
});

test('engines are installed by a button that says what failed, and the server starts anew under the page', async ({ server, open }) => {
  // A pip that has nothing: what a machine without a network is like.
  const programs = await mkdtemp(join(tmpdir(), 'mediary-programs-'));
  try {
    await writeFile(join(programs, 'python3'), '#!/bin/sh\n[ "$3" = --version ] && echo "pip 25.1 from here" && exit 0\necho "there is no network here" >&2\nexit 1\n');
    await chmod(join(programs, 'python3'), 0o755);
    const served = await server({ env: { PATH: programs } });
    const page = await open(served);
    const missing = page.getByRole('region', { name: 'What is missing' });
    await missing.getByText(/engines of this machine are not installed/).waitFor();
    await missing.getByRole('button', { name: /^Install \(/ }).click();
    await missing.getByText('pdfium could not be installed:').waitFor();
    await missing.getByText(/there is no network here/).first().waitFor();
    await missing.getByRole('button', { name: /^Try again \(/ }).waitFor();
    const { port } = served;
    const restart = missing.getByRole('button', { name: 'Start anew now' }).first();
    // With no other program on its path, some are missing, which it would find when it starts anew.
    await restart.click();
    await page.getByText('Mediary has started anew.').waitFor();
    await logIn(page);
    await missing.getByRole('button', { name: /^Install \(/ }).waitFor();
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200);
  } finally {
    await rm(programs, { recursive: true, force: true });
  }
});
