// What the pages reckon with, without a browser: events however they are cut, headers, bars, sums, and requests as code
// that really sends them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { transformWithOxc } from 'vite';

const folder = await mkdtemp(join(tmpdir(), 'mediary-logic-'));
after(() => rm(folder, { recursive: true, force: true }));

/** A module of the pages that needs no other at run time. */
async function load(path) {
  const file = new URL(`../src/pages/${path}`, import.meta.url).pathname;
  const { code } = await transformWithOxc(await readFile(file, 'utf8'), file);
  const made = join(folder, path.replace(/\W/g, '_').replace(/_ts$/, '.mjs'));
  await writeFile(made, code);
  return import(made);
}

const { events } = await load('playground/events.ts');
const { list, costOf } = await load('playground/told.ts');
const { code } = await load('playground/code.ts');
const { bars } = await load('requests/timeline.ts');
const { asked, filtersOf } = await load('requests/query.ts');
const { csv } = await load('requests/file.ts');
const { points, total, share } = await load('usage/series.ts');
const { byTarget, left } = await load('lab/sweep.ts');
const { steady } = await load('chain/links.ts');
const { Heard, messages } = await load('playground/chat.ts');

test('events are the same however their bytes are cut', async () => {
  const text = ': X-Cost: 1\n\nevent: page\r\ndata: {"a":\r\ndata: "ñ"}\r\n\r\ndata: [DONE]\n\ndata: unfinished';
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size += 1) {
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const heard = [];
    for await (const event of events(body)) heard.push(event);
    assert.deepEqual(heard, [
      { event: 'comment', data: 'X-Cost: 1' },
      { event: 'page', data: '{"a":\n"ñ"}' },
      { event: 'message', data: '[DONE]' },
    ], `pieces of ${size}`);
  }
});

test('lists of headers are read with their parameters', () => {
  assert.deepEqual(list('"messages[0].content[1]";do=extract;by="text, layer";pages=1, temperature'), [
    { value: 'messages[0].content[1]', parameters: [['do', 'extract'], ['by', 'text, layer'], ['pages', '1']] },
    { value: 'temperature', parameters: [] },
  ]);
  assert.deepEqual(list(''), []);
  assert.deepEqual([costOf('0'), costOf('0.0005'), costOf('unpriced'), costOf('')], [0, 0.0005, 'unpriced', undefined]);
});

test('bars of a request fill its time, and an attempt that failed is told apart', () => {
  const all = bars([{ target: 'a/m', outcome: 'overloaded', began_ms: 20, took_ms: 30 }, { target: 'b/m', outcome: 'answered', began_ms: 50, took_ms: 50 }], 100, 160);
  assert.deepEqual(all.map(({ kind, from, to }) => [kind, from, to]), [['before', 0, 20], ['failed', 20, 50], ['answered', 50, 100], ['after', 100, 160]]);
  // One that is asked beside another overlaps with it, and the list has them in the order of their ends.
  const hedged = bars([{ target: 'b/m', outcome: 'answered', began_ms: 30, took_ms: 20 }, { target: 'a/m', outcome: 'cancelled', began_ms: 10, took_ms: 41 }], 50, 51);
  assert.deepEqual(hedged.map(({ target, from, to }) => [target, from, to]), [['', 0, 10], ['a/m', 10, 51], ['b/m', 30, 50]]);
  assert.deepEqual(bars([], null, 5).map(({ kind, from, to }) => [kind, from, to]), [['before', 0, 5]]);
});

test('filters become what the server is asked', () => {
  const filters = filtersOf(new URLSearchParams('target=groq/openai/gpt-oss-20b&status=failed&hours=2&x=1'));
  assert.deepEqual(asked(filters, 50, 7, 10_000_000), { limit: 50, provider: 'groq', model: 'openai/gpt-oss-20b', status: 'failed', since: 2_800_000, before: 7 });
  assert.deepEqual(asked(filtersOf(new URLSearchParams('target=groq/')), 5, undefined), { limit: 5, provider: 'groq' });
});

test('a table takes no formula and loses no quote', () => {
  assert.equal(csv([{ a: '=1+1', b: 'say "hi"', c: null, d: 2 }]), '"a","b","c","d"\r\n"\'=1+1","say ""hi""",,2\r\n');
});

test('hours without a request are there, in the hours of the viewer', () => {
  const hour = 3_600_000;
  const row = (group, requests, failed) => ({ group: String(group), requests, failed, prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1, pages: 0, seconds: 0, images: 0, cost_usd: 0.5, unpriced_calls: 0, reference_usd: 1, mean_ms: 10 * requests });
  const india = points([row(1_800_000, 3, 1)], 0, 3 * hour, 'hour', 330);
  assert.deepEqual(india.times.map((time) => time * 1000), [-1_800_000, 1_800_000, 1_800_000 + hour, 1_800_000 + 2 * hour]);
  assert.deepEqual(india.rows.map((found) => found?.requests), [undefined, 3, undefined, undefined]);
  const whole = total([row(0, 1, 0), row(hour, 3, 1)]);
  assert.deepEqual([whole.requests, share(whole), whole.mean_ms, whole.cost_usd], [4, 0.75, 25, 1]);
  assert.equal(share(total([])), null);
});

test('a sweep is told by target, and how long it goes on', () => {
  const step = (target, ability, done) => ({ target, ability, outcome: 'proven', took_ms: 1, done, total: 4 });
  assert.deepEqual(byTarget([step('a', 'text', 1), step('b', 'text', 2), step('a', 'tools', 3)]).map(({ target, steps }) => [target, steps.length]), [['a', 2], ['b', 1]]);
  assert.deepEqual([left(0, 4, 100), left(1, 4, 100), left(4, 4, 100)], [undefined, 300, undefined]);
});

test('of targets that are alike none changes its place, and one that stands otherwise does', () => {
  const link = (target, more = {}) => ({ target, off: false, reason: '', cost: 1, latency: null, ...more });
  const places = (list) => list.map(({ target }) => target).join(' ');
  const before = ['a', 'b', 'c', 'd'].map((target) => link(target));
  assert.equal(places(steady(before, [link('c'), link('a'), link('d'), link('b')])), 'a b c d');
  assert.equal(places(steady(before, [link('c', { latency: 90 }), link('b'), link('a'), link('d')])), 'c a b d');
  const cooling = [link('d'), link('c'), link('b'), link('a', { reason: 'cools down for 9 s more' })];
  assert.equal(places(steady(before, cooling)), 'b c d a');
  assert.equal(places(steady(steady(before, cooling), cooling.map((one) => (one.reason ? { ...one, reason: 'cools down for 4 s more' } : one)))), 'b c d a');
  assert.equal(places(steady(before, [link('e'), ...before.slice(1)])), 'e b c d');
  assert.equal(places(steady(before, [link('d'), link('b'), link('a'), link('c')], ['c', 'a'])), 'c a b d');
});

test('an answer is put together from its pieces', () => {
  let words = '';
  let thoughts = '';
  const heard = new Heard({ words: (text) => (words += text), thoughts: (text) => (thoughts += text) });
  const delta = (delta, finish_reason = null) => heard.take({ choices: [{ delta, finish_reason }] });
  delta({ reasoning_content: 'Hm.' });
  delta({ content: 'It ' });
  delta({ content: 'is.' });
  delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a"' } }] });
  delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }, 'tool_calls');
  heard.take({ choices: [], usage: { completion_tokens: 9 } });
  assert.deepEqual([words, thoughts, heard.calls, heard.finish, heard.usage.completion_tokens], ['It is.', 'Hm.', [{ id: 'c', name: 'f', arguments: '{"a":1}' }], 'tool_calls', 9]);
});

/** A server that keeps what it was sent. */
async function listening() {
  const seen = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.push({ url: request.url, type: request.headers['content-type'], body: Buffer.concat(chunks).toString('latin1') });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, server, url: `http://127.0.0.1:${server.address().port}` };
}

async function run(command, args, input) {
  const child = spawn(command, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, MEDIARY_API_KEY: 'none' } });
  let told = '';
  child.stdout.on('data', (data) => (told += data));
  child.stderr.on('data', (data) => (told += data));
  child.stdin.end(input);
  const ended = await new Promise((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  assert.equal(ended, 0, told);
  return told;
}

test('a request as code sends what the page sends, whatever characters are in it', async () => {
  const { seen, server, url } = await listening();
  const bytes = Buffer.from([137, 80, 78, 71, 0, 255, 10, 13, 36, 96]);
  await writeFile(join(folder, "it's $HOME.png"), bytes);
  const words = 'It\'s "quoted", $HOME, `date`, \\n and a\nline; 日本 \u2028';
  const picture = { name: "it's $HOME.png", url: `data:image/png;base64,${bytes.toString('base64')}`, type: 'image/png', size: bytes.length };
  const { messages: told, enclosed } = messages([{ role: 'user', text: words, files: [picture] }, { role: 'assistant', text: 'Yes.' }]);
  const chats = [
    { endpoint: '/v1/chat/completions', json: { model: 'auto', stream: false, messages: told }, enclosed },
    { endpoint: '/v1/embeddings', json: { input: [words], n: null, deep: { a: [], b: {} } } },
  ];
  for (const sent of chats) {
    const forms = [['bash', ['-s'], code('curl', sent, url)], [process.execPath, ['--input-type=module'], code('javascript', sent, url)]];
    for (const [command, args, program] of forms) {
      await run(command, args, program);
      assert.deepEqual(JSON.parse(Buffer.from(seen.at(-1).body, 'latin1').toString()), sent.json, program);
      assert.equal(seen.at(-1).url, sent.endpoint);
    }
    await run('python3', ['-c', 'import sys; compile(sys.stdin.read(), "request.py", "exec")'], code('python', sent, url));
  }
  const form = { endpoint: '/v1/audio/transcriptions', form: [['model', "a'b"], ['file', { name: "it's $HOME.png" }]] };
  for (const [command, args, program] of [['bash', ['-s'], code('curl', form, url)], [process.execPath, ['--input-type=module'], code('javascript', form, url)]]) {
    await run(command, args, program);
    assert.ok(seen.at(-1).type.startsWith('multipart/form-data'));
    assert.ok(seen.at(-1).body.includes("a'b") && seen.at(-1).body.includes(bytes.toString('latin1')), program);
  }
  await run('python3', ['-c', 'import sys; compile(sys.stdin.read(), "request.py", "exec")'], code('python', form, url));
  await new Promise((resolve) => server.close(resolve));
});
