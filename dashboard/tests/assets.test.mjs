// What the server sends of the dashboard: packed, kept for ever by its hash, behind a strict policy, and small.

import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { test as plain } from 'node:test';
import { test } from './harness.mjs';

const dist = new URL('../dist/', import.meta.url);

test('pages and files come packed, with caching and a strict policy', async ({ server }) => {
  const { url } = await server({ password: false });
  const page = await fetch(`${url}/dashboard`);
  const html = await page.text();
  const policy = page.headers.get('content-security-policy');
  assert.equal(page.status, 200);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|http/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const known = await fetch(`${url}/dashboard`, { headers: { 'if-none-match': page.headers.get('etag') } });
  assert.equal(known.status, 304);
  const script = /src="(\/dashboard\/assets\/[^"]+\.js)"/.exec(html)[1];
  for (const [accepted, packing] of [['br', 'br'], ['gzip', 'gzip'], ['identity', null], ['gzip;q=0', null]]) {
    const file = await fetch(url + script, { headers: { 'accept-encoding': accepted } });
    assert.equal(file.headers.get('content-encoding'), packing, accepted);
    assert.match(file.headers.get('cache-control'), /immutable/);
    assert.match(file.headers.get('content-type'), /^text\/javascript/);
    assert.equal(await file.text(), await readFile(new URL(script.replace('/dashboard/', ''), dist), 'utf8'));
  }
  for (const path of ['/dashboard/assets/none.js', `${script}.br`, '/dashboard/.gitignore', '/dashboard/..%2f..%2fCargo.toml']) {
    assert.equal((await fetch(url + path)).status, 404, path);
  }
  assert.doesNotMatch(html, /<script(?![^>]*src=)|<style|style=/);
});

plain('a first load is at most 250 kB, and everything 600 kB', async () => {
  const html = await readFile(new URL('index.html', dist), 'utf8');
  const names = (await readdir(dist, { recursive: true })).filter((name) => /\.(js|css|html|svg)$/.test(name));
  let [first, all] = [0, 0];
  for (const name of names) {
    const sizes = await Promise.all(['', '.br'].map((ending) => stat(new URL(name + ending, dist)).then((file) => file.size, () => Infinity)));
    const size = Math.min(...sizes);
    all += size;
    // Every page is its own file; the largest one and one language come along.
    if (name === 'index.html' || html.includes(name)) first += size;
  }
  assert.ok(first > 5_000 && first <= 250_000, `${first}`);
  assert.ok(all <= 600_000, `${all}`);
});
