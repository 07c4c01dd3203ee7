// Threads: listed, found, read with their media, renamed, taken along and removed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from './harness.mjs';

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const thread = (id, title, more = {}) => ({
  id, object: 'thread', title, title_by: 'words', metadata: {}, project_id: null, model: 'a/m', turns: 1, messages: 2, bytes: 100,
  created_at: 1_790_000_000, updated_at: 1_790_000_100, ...more,
});
const message = (number, role, content, more = {}) => ({
  id: `msg_${number}`, object: 'thread.message', turn: number, role, created_at: 1_790_000_000 + number, content, ...more,
});
const text = (text) => ({ type: 'text', text });

/** A server's threads, in this process. */
export function faked() {
  const kept = [thread('one', 'Bridges of granite'), thread('two', '<b>Mills</b>')];
  const asked = [];
  const said = [
    message(1, 'user', [text('What is this?'), { type: 'file', file: { hash: 'h', mime_type: 'image/png', bytes: PIXEL.length, filename: 'pixel.png', url: '/v1/threads/one/media/h' } }]),
    message(2, 'assistant', [text('<img src=x onerror=alert(1)> A bridge')], { model: 'a/m', status: 'incomplete' }),
  ];
  const list = (data, has_more = false) => ({ object: 'list', data, has_more, last_id: data.at(-1)?.id ?? null });
  const answer = async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    const [, , , id, what] = url.pathname.split('/');
    asked.push(`${request.method()} ${url.pathname}${url.search}`);
    const json = (body, status = 200) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
    const one = kept.find((thread) => thread.id === id);
    if (!id) {
      const words = url.searchParams.get('query');
      if (!words) return json(list(kept));
      return json(list(kept.filter((thread) => thread.title.includes(words)).map((thread) => ({ ...thread, snippet: 'of granite, as it was said' }))));
    }
    if (!one) return json({ error: { message: 'There is no such thread with this key.', type: 'not_found_error', code: 'thread_not_found', param: null } }, 404);
    if (what === 'messages') {
      const after = url.searchParams.get('after');
      return json(after ? list([said[1]]) : list([said[0]], true));
    }
    if (what === 'media') return route.fulfill({ status: 200, contentType: 'image/png', body: PIXEL });
    if (what === 'export') return route.fulfill({ status: 200, contentType: 'text/markdown', body: '# Bridges\n' });
    if (request.method() === 'PATCH') Object.assign(one, request.postDataJSON());
    if (request.method() === 'DELETE') {
      kept.splice(kept.indexOf(one), 1);
      return json({ id, object: 'thread.deleted', deleted: true });
    }
    return json(one);
  };
  return { kept, asked, answer };
}

test('threads are found, read, renamed, taken along and removed', async ({ server, open }) => {
  const page = await open(await server());
  const { kept, asked, answer } = faked();
  await page.route(/\/v1\/threads/, answer);
  await page.getByRole('link', { name: 'Threads' }).click();
  await page.getByRole('row', { name: /<b>Mills<\/b>/ }).waitFor();
  await page.getByLabel('What was said').fill('granite');
  await page.getByLabel('Find', { exact: true }).selectOption('words');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('of granite, as it was said').waitFor();
  assert.equal(await page.getByRole('row', { name: /Mills/ }).count(), 0);
  assert.ok(asked.includes('GET /v1/threads?query=granite&mode=text&limit=50'), asked.join('\n'));
  await page.getByRole('link', { name: 'Bridges of granite' }).click();

  await page.getByText('What is this?').waitFor();
  await page.getByRole('img', { name: 'pixel.png' }).waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('<img src=x onerror=alert(1)> A bridge', { exact: true }).waitFor();
  await page.getByText('broke off').waitFor();
  assert.equal(await page.locator('main img').count(), 1, 'the picture alone');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Markdown' }).click()]);
  assert.equal(download.suggestedFilename(), 'one.md');
  assert.equal(await readFile(await download.path(), 'utf8'), '# Bridges\n');
  // The playground goes on with it.
  await page.getByRole('link', { name: 'Go on' }).click();
  await page.getByText('Goes on with the thread').waitFor();
  const [sent] = await Promise.all([
    page.waitForRequest((request) => request.url().endsWith('/v1/chat/completions')),
    (async () => {
      await page.getByLabel('Message').fill('And then?');
      await page.getByRole('button', { name: 'Send' }).click();
    })(),
  ]);
  assert.equal(sent.headers()['x-mediary-thread'], 'one');
  await page.goto(`${page.url().split('#')[0]}#/threads/one`);
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('dialog').getByLabel('Title').fill('Granite');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Granite' }).waitFor();
  assert.equal(kept[0].title, 'Granite');
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('row', { name: /Mills/ }).waitFor();
  assert.deepEqual(kept.map((thread) => thread.id), ['two']);
  await page.goto(`${page.url().split('#')[0]}#/threads/one`);
  await page.getByText('There is no such thread.').waitFor();
});

test('a server that keeps no threads says so', async ({ server, open }) => {
  const page = await open(await server());
  const error = { message: 'This server keeps no threads.', type: 'server_error', code: 'threads_not_kept', param: null };
  await page.route(/\/v1\/threads/, (route) => route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ error }) }));
  await page.getByRole('link', { name: 'Threads' }).click();
  await page.getByText('No threads are kept here.').waitFor();
});
