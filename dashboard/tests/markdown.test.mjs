// Answers in Markdown: the same however they are cut on the way, nothing of them done as markup, code that can be copied.

import assert from 'node:assert/strict';
import { test as plain } from 'node:test';
import { build } from 'vite';
import { seriousFindings, streamed, test, until } from './harness.mjs';

const root = new URL('..', import.meta.url).pathname;
const built = await build({
  root, configFile: false, logLevel: 'error',
  build: { write: false, minify: false, lib: { entry: 'src/pages/playground/markdown/blocks.ts', formats: ['es'] } },
});
const { Blocks } = await import(`data:text/javascript,${encodeURIComponent(built[0].output[0].code)}`);

const ANSWER = [
  '# A title', '', 'Some **bold** and *slanted* words, `code`', 'and a [link](https://example.org/a?b=c "t").', '',
  '- one', '- two', '', '  still two', '- three', '', 'After.', '', '1. first', '2. second', '',
  '| a | b |', '|---|--:|', '| 1 | 2 |', '', '> said', '> by one', '', '```js', 'const a = 1;', '', '// ``` no end', '```', '',
  '***', '', 'Setext', '===', '', '***all of it*** at the end', '',
].join('\n');

const kinds = (blocks) => blocks.map(({ tokens }) => tokens.map(({ type, content }) => `${type} ${content}`).join('|'));

function blocksOf(text, size) {
  const blocks = new Blocks();
  const closed = [];
  for (let at = 0; at < text.length; at += size) closed.push(...blocks.add(text.slice(at, at + size)).closed);
  return [...closed, ...blocks.end()];
}

plain('blocks are the same however the answer is cut', () => {
  const whole = kinds(blocksOf(ANSWER, ANSWER.length));
  assert.ok(whole.length > 9, `${whole.length}`);
  for (const text of [ANSWER, ANSWER.replaceAll('\n', '\r\n')]) {
    for (let size = 1; size < 40; size += 1) assert.deepEqual(kinds(blocksOf(text, size)), whole, `pieces of ${size}`);
  }
});

plain('what has ended is not read again, also where one block has no end', () => {
  const longs = {
    lines: Array.from({ length: 4000 }, (_, index) => `word${index}${index % 12 === 11 ? '\n' : ' '}`),
    line: Array.from({ length: 4000 }, (_, index) => `word${index} `),
    list: Array.from({ length: 1500 }, (_, index) => `- item ${index} of many\n`),
  };
  for (const [name, pieces] of Object.entries(longs)) {
    const blocks = new Blocks();
    const closed = [];
    let widest = 0;
    for (const piece of pieces) {
      const grown = blocks.add(piece);
      closed.push(...grown.closed);
      const open = grown.open.flatMap(({ tokens }) => tokens).reduce((sum, { content }) => sum + content.length, 0);
      widest = Math.max(widest, open);
    }
    closed.push(...blocks.end());
    assert.ok(widest < 6000, `${name}: ${widest} letters are read with each piece`);
    const words = closed.flatMap(({ tokens }) => tokens).map(({ content }) => content).join(' ').split(/\s+/).filter(Boolean);
    const sent = pieces.join('').replaceAll('- ', '').split(/\s+/).filter(Boolean);
    assert.deepEqual(words, sent, name);
    assert.ok(closed.slice(1).every(({ isMore }) => isMore), `${name} looks as if it went on`);
  }
});

async function say(page, words) {
  await page.getByLabel('Your message').fill(words);
  await page.getByLabel('Your message').press('Enter');
}

test('an answer in Markdown is shown as such, its markup and its bad links are not done, and its code can be copied', async ({ server, upstream, open }) => {
  const answer = [
    '## Title <b>x</b>', '', 'Some **bold** words, `code` and https://example.org/seen .', '',
    '[bad](javascript:alert(1)) [worse](file:///etc/passwd) [good](https://example.org/)', '',
    '![spy](https://example.org/spy.png)', '', '<script>document.title = "done"</script>', '',
    '| a | b |', '|---|--:|', '| 1 | 2 |', '', '- one', '  ```sh', '  ls -l', '  ```', '', '```python', 'print("<i>")', '', 'x = 1', '```', '', 'The end.',
  ].join('\n');
  const up = await upstream({ '/v1/chat/completions': (_, response) => streamed(response, answer.match(/[^]{1,7}/g)) });
  const page = await open(await server({ config: up.provider('a') }), { at: 'playground', language: 'en', theme: 'dark' });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await say(page, 'Show me.');
  const text = page.locator('.turn.assistant .text.markdown');
  await text.getByRole('heading', { name: 'Title <b>x</b>' }).waitFor();
  await text.locator('strong', { hasText: 'bold' }).waitFor();
  await text.getByRole('cell', { name: '2' }).waitFor();
  await text.getByText('<script>document.title = "done"</script>').waitFor();
  const copies = text.getByRole('button', { name: 'Copy' });
  await until('the answer is whole', async () => (await copies.count()) === 2);
  await copies.last().click();
  await until('the code is copied', async () => (await page.evaluate(() => navigator.clipboard.readText())) === 'print("<i>")\n\nx = 1');
  assert.equal(await text.locator('.code').last().locator('figcaption').textContent(), 'python');
  assert.deepEqual(await text.locator('b, i, script, img, [style]').count(), 0);
  const links = await text.locator('a').evaluateAll((all) => all.map((a) => [a.textContent, a.getAttribute('href'), a.rel.includes('noopener')]));
  assert.deepEqual(links, [
    ['https://example.org/seen', 'https://example.org/seen', true], ['good', 'https://example.org/', true],
    ['spy', 'https://example.org/spy.png', true],
  ]);
  assert.ok(asked.every((url) => !url.includes('example.org')), 'nothing of the answer was fetched');
  assert.deepEqual(await seriousFindings(page), []);
  // Buttons tell for a moment that they have copied.
  const told = () => text.evaluate((place) => {
    const alike = place.cloneNode(true);
    for (const copy of alike.querySelectorAll('.copy')) copy.remove();
    return [...alike.children].map((block) => block.textContent.trim());
  });
  const blocks = await told();
  assert.deepEqual([blocks.length, blocks.filter((words) => words === 'The end.').length], [9, 1], blocks.join('|'));
  // It is the same when it is shown anew.
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await page.getByRole('link', { name: 'Playground' }).click();
  await text.waitFor();
  assert.deepEqual(await told(), blocks);
});

test('of an answer that did not come nothing is told to the next one', async ({ server, upstream, open }) => {
  let fails = true;
  const up = await upstream({
    '/v1/chat/completions': (_, response) => {
      if (!fails) return streamed(response, ['Here ', 'I am.']);
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: 'not this', type: 'invalid_request_error' } }));
    },
  });
  const page = await open(await server({ config: up.provider('a') }), { at: 'playground' });
  await say(page, 'Are you there?');
  await page.getByRole('log').getByRole('alert').waitFor();
  fails = false;
  await say(page, 'And now?');
  await page.getByText('Here I am.').waitFor();
  const { messages } = up.seen.findLast(({ path }) => path === '/v1/chat/completions').body;
  assert.deepEqual(messages.map(({ role, content }) => [role, content]), [['user', 'Are you there?'], ['user', 'And now?']]);
});
