// Measures what the pages are to reach, in Chromium, against the program (MEDIARY_PROGRAM): until a page can be used, the request log and usage over a
// million rows from the click until they are painted, a scan of twenty pages until its first page has boxes, and the frames while
// five hundred tokens a second come. ROWS makes fewer rows. Python writes the rows, since Node of this age knows no SQLite.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, PASSWORD, Server, Upstream } from '../tests/stage.mjs';

const root = new URL('../../', import.meta.url).pathname;
const rows = Number(process.env.ROWS ?? 1_000_000);
const TIMES = 7;

const SEED = `
import json, random, sqlite3, sys, time
path, count = sys.argv[1], int(sys.argv[2])
random.seed(7)
db = sqlite3.connect(path)
now, span = int(time.time() * 1000), 30 * 86_400_000
models = [("groq", f"m{i}") for i in range(6)] + [("gemini", f"g{i}") for i in range(4)] + [("openai", f"o{i}") for i in range(4)]
sums, totals, rows = {}, {}, []
for number in range(count):
    ended = now - span + span * (number + 1) // count
    provider, model = random.choice(models)
    status = random.choices([200, 429, 503, 400], [96, 2, 1, 1])[0]
    client, total = random.choice(["", "ck_a", "ck_b", "ck_c"]), int(random.lognormvariate(7, 0.7))
    prompt, completion, cost = random.randrange(4000), random.randrange(900), random.randrange(10**9)
    attempts = [{"target": f"{provider}/{model}", "outcome": "answered", "began_ms": 1, "took_ms": total // 2}]
    rows.append((f"{number:x}-seed", ended - total, ended, client, "/v1/chat/completions", "chat", "auto", provider, model, status, total // 2, total,
                 prompt, 0, completion, 0, 0, 0, cost, 0, json.dumps({"media": [], "attempts": attempts, "fallbacks": 0, "treatments": [], "charges": []})))
    quarter, failed = ended // 900_000, int(status >= 400 and status != 499)
    kinds = {"": "", "client": client, "provider": provider, "model": f"{provider}/{model}", "task": "chat", "status": str(status)}
    to = [sums.setdefault((quarter, client, provider, model, "chat", status), [0] * 11)]
    to += [totals.setdefault((kind, quarter, name), [0] * 11) for kind, name in kinds.items()]
    for sum in to:
        for place, value in enumerate((1, failed, prompt, 0, completion, 0, 0, 0, cost, 0, total)):
            sum[place] += value
def write(table, columns, values):
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({','.join('?' * len(columns.split(',')))})", values)
write("requests", "id, began_at, ended_at, client, endpoint, task, asked, provider, model, status, first_ms, total_ms, prompt_tokens, cached_tokens, completion_tokens, pages, milliseconds, images, cost, unpriced, details", rows)
counted = "requests, failed, prompt_tokens, cached_tokens, completion_tokens, pages, milliseconds, images, cost, unpriced, total_ms"
write("request_sums", f"quarter, client, provider, model, task, status, {counted}", [(*key, *sum) for key, sum in sums.items()])
write("request_totals", f"kind, quarter, name, {counted}", [(*key, *sum) for key, sum in totals.items()])
db.commit()
`;

/** A PDF of so many pages, each of them the picture. */
async function scan(pages) {
  const picture = await readFile(join(root, 'samples', 'receipt.jpg'));
  const parts = [Buffer.from('%PDF-1.4\n')];
  const places = [];
  const object = (number, ...content) => {
    places[number] = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(Buffer.concat([Buffer.from(`${number} 0 obj\n`), ...content.map((part) => Buffer.from(part)), Buffer.from('\nendobj\n')]));
  };
  const kids = Array.from({ length: pages }, (_, page) => 4 + page * 2);
  object(1, '<</Type/Catalog/Pages 2 0 R>>');
  object(2, `<</Type/Pages/Count ${pages}/Kids[${kids.map((kid) => `${kid} 0 R`).join(' ')}]>>`);
  object(3, `<</Type/XObject/Subtype/Image/Width 1400/Height 1000/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length ${picture.length}>>stream\n`, picture, '\nendstream');
  for (const kid of kids) {
    const drawn = 'q 595 0 0 425 0 200 cm /I Do Q';
    object(kid, `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 3 0 R>>>>/Contents ${kid + 1} 0 R>>`);
    object(kid + 1, `<</Length ${drawn.length}>>stream\n${drawn}\nendstream`);
  }
  const at = parts.reduce((sum, part) => sum + part.length, 0);
  const table = places.slice(1).map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(Buffer.from(`xref\n0 ${places.length}\n0000000000 65535 f \n${table}trailer<</Size ${places.length}/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`));
  return Buffer.concat(parts);
}

async function session(browser, server) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  await page.goto(`${server.url}/dashboard#/settings`);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('form button.primary').click();
  await page.locator('nav').waitFor();
  return page;
}

/** Milliseconds from the click on a page's link until what is waited for is painted. */
async function clicked(page, id, shown) {
  const took = [];
  for (let time = 0; time < TIMES; time += 1) {
    await page.locator('nav a[href="#/settings"]').click();
    await page.locator('h1', { hasText: 'Settings' }).waitFor();
    await page.waitForLoadState('networkidle');
    took.push(await page.evaluate(([id, shown]) => new Promise((resolve) => {
      const began = performance.now();
      const look = () => (document.querySelector(shown) ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began))) : requestAnimationFrame(look));
      document.querySelector(`nav a[href="#/${id}"]`).click();
      look();
    }), [id, shown]));
  }
  const sorted = took.map(Math.round).sort((a, b) => a - b);
  return `${sorted[TIMES >> 1]} ms (${sorted[0]} to ${sorted.at(-1)})`;
}

/** Milliseconds from the address until what is waited for is painted and the page has nothing else to do, with nothing kept. */
async function interactive(browser, server, shown, cookies = []) {
  const took = [];
  for (let time = 0; time < TIMES; time += 1) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.addInitScript((shown) => {
      globalThis.isInteractive = new Promise((resolve) => {
        const look = () => (document.querySelector(shown) ? requestAnimationFrame(() => requestIdleCallback(() => resolve(performance.now()))) : requestAnimationFrame(look));
        look();
      });
    }, shown);
    await page.goto(`${server.url}/dashboard#/start`);
    took.push(await page.evaluate(() => globalThis.isInteractive));
    await context.close();
  }
  const sorted = took.map(Math.round).sort((a, b) => a - b);
  return `${sorted[TIMES >> 1]} ms (${sorted[0]} to ${sorted.at(-1)})`;
}

const home = await mkdtemp(join(tmpdir(), 'mediary-measure-'));
await mkdir(join(home, 'store'), { mode: 0o700 });
await symlink(join(root, 'models', 'weights'), join(home, 'weights'));
const streaming = await Upstream.start({
  '/v1/chat/completions': async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const began = performance.now();
    const chunk = (delta, finish_reason = null) => response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`);
    for (let sent = 0; sent < 10_000;) {
      const due = Math.min(10_000, Math.ceil((performance.now() - began) / 2));
      for (; sent < due; sent += 1) chunk({ content: `word${sent}${sent % 20 === 19 ? '\n' : ' '}` });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    chunk({}, 'stop');
    response.end('data: [DONE]\n\n');
  },
});
const server = await Server.start({ config: `[log]\nrequests = true\nrows = 2000000\n${streaming.provider('fast')}`, env: { MEDIARY_HOME: home } });
const browser = await launch();
try {
  await server.stop();
  execFileSync('python3', ['-c', SEED, join(home, 'store', 'mediary.db'), String(rows)], { stdio: 'inherit' });
  await server.serve();
  console.log(`interactive at the door, with nothing kept: ${await interactive(browser, server, 'input[name=password]')}`);
  let page = await session(browser, server);
  console.log(`interactive on the first page: ${await interactive(browser, server, '#works', await page.context().cookies())}`);
  console.log(`requests over ${rows} rows, from click to painted: ${await clicked(page, 'requests', 'tbody tr')}`);
  console.log(`usage over ${rows} rows, from click to painted: ${await clicked(page, 'usage', '.tiles .figure')}`);
  await page.close();

  page = await session(browser, server);
  await page.locator('nav a[href="#/documents"]').click();
  const input = page.locator('input[type=file]');
  await input.waitFor({ state: 'attached' });
  const file = { name: 'scan.pdf', mimeType: 'application/pdf', buffer: await scan(20) };
  const warm = { name: 'warm.jpg', mimeType: 'image/jpeg', buffer: await readFile(join(root, 'samples', 'receipt.jpg')) };
  await input.setInputFiles(warm);
  await page.getByText('1 of 1 read').waitFor({ timeout: 300_000 });
  await page.getByRole('button', { name: 'Clear the list' }).click();
  await input.setInputFiles(file);
  const first = await page.evaluate(() => new Promise((resolve) => {
    const began = performance.now();
    const look = () => (document.querySelector('article svg rect') && document.querySelector('article img')?.complete
      ? resolve(performance.now() - began) : requestAnimationFrame(look));
    look();
  }));
  await page.getByText('1 of 1 read').waitFor({ timeout: 900_000 });
  console.log(`a scan of 20 pages: its first page with boxes after ${Math.round(first)} ms; ${await page.locator('li.chosen .muted').first().innerText()}`);
  await page.close();

  page = await session(browser, server);
  await page.locator('nav a[href="#/playground"]').click();
  await page.getByLabel('Your message').fill('Go on.');
  // The page counts by itself until a second after the end: being asked meanwhile would cost it frames.
  const counted = page.evaluate(() => new Promise((resolve) => {
    const talk = document.querySelector('[role=log]');
    const [took, began] = [[], performance.now()];
    let [last, busy, end] = [began, false, Infinity];
    const frame = (now) => {
      took.push(now - last);
      last = now;
      const isBusy = talk.getAttribute('aria-busy') === 'true';
      if (busy && !isBusy) end = now + 1000;
      busy = isBusy;
      if (now < Math.min(end, began + 120_000)) requestAnimationFrame(frame);
      else resolve(took);
    };
    requestAnimationFrame(frame);
  }));
  await page.getByLabel('Your message').press('Enter');
  const frames = (await counted).slice(1).sort((a, b) => b - a);
  await page.getByText('word9999').waitFor();
  const long = frames.filter((ms) => ms > 50).length;
  console.log(`500 tokens a second for 20 s: ${frames.length} frames, ${long} longer than 50 ms, the longest ${frames.slice(0, 3).map(Math.round).join(', ')} ms`);
  assert.ok(frames.length > 0);
} finally {
  await browser.close();
  await server.end();
  await streaming.end();
  await rm(home, { recursive: true, force: true });
}
