// What every test of the dashboard starts from: a server of its own in a folder of its own, providers that this process
// plays, and a page in a real browser that must not complain.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import { chromium } from 'playwright-core';

export const PASSWORD = 'correct horse battery';

const root = new URL('../../', import.meta.url).pathname;
const program = process.env.MEDIARY_PROGRAM ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', 'mediary');
const browserPath = [process.env.MEDIARY_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => path && existsSync(path));

/** The reason why no page can be opened here, or `undefined`. */
export const skipped = browserPath ? undefined : 'NO CHROMIUM HERE: the dashboard was not looked at (apt-get install chromium)';
if (skipped) console.error(`\n*** ${skipped} ***\n`);

let browser;
const ending = [];

before(async () => {
  if (skipped) return;
  assert.ok(existsSync(program), `${program} is not there: cargo build --workspace`);
  browser = await chromium.launch({
    executablePath: browserPath,
    // A sandbox of its own cannot be had by root. The camera and the microphone are played by the browser itself.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  });
});

after(async () => {
  await browser?.close();
  for (const end of ending.reverse()) await end();
});

/** A test that is given `{ server(…), upstream(…), open(…) }`; all of it ends with the test. */
export function test(name, body, options = {}) {
  nodeTest(name, { skip: skipped, timeout: 120_000, ...options }, async () => {
    const ends = [];
    const stage = {
      server: async (wanted) => {
        const server = await Server.start(wanted);
        ends.push(() => server.end());
        return server;
      },
      upstream: async (answers) => {
        const upstream = await Upstream.start(answers);
        ends.push(() => upstream.end());
        return upstream;
      },
      open: async (server, wanted) => {
        const opened = await open(server, wanted);
        ends.push(() => opened.close());
        return opened.page;
      },
    };
    try {
      await body(stage);
    } catch (error) {
      await keepPicture(name);
      throw error;
    } finally {
      for (const end of ends.reverse()) await end();
    }
  });
}

/** With MEDIARY_PICTURES=folder, what was seen last when a test fails is kept there. */
async function keepPicture(name) {
  const folder = process.env.MEDIARY_PICTURES;
  if (!folder) return;
  for (const [index, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    await page.screenshot({ path: join(folder, `${name.replace(/\W+/g, '-')}-${index}.png`), fullPage: true }).catch(() => undefined);
  }
}

/** A provider that this process plays. `answers` has a function for each path: (request, response, body). */
export class Upstream {
  /** What it was sent: { path, headers, body }. */
  seen = [];

  static async start(answers = {}) {
    const upstream = new Upstream();
    upstream.answers = { ...talking, ...answers };
    upstream.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const raw = Buffer.concat(chunks);
      const path = request.url.split('?')[0];
      const body = request.headers['content-type']?.startsWith('application/json') ? JSON.parse(raw.toString()) : raw;
      upstream.seen.push({ path, headers: request.headers, body });
      const answer = upstream.answers[path];
      if (!answer) return json(response, 404, { error: { message: `the upstream of the test has no ${path}` } });
      await answer(request, response, body);
    });
    await new Promise((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    upstream.url = `http://127.0.0.1:${upstream.server.address().port}`;
    return upstream;
  }

  /** Its entry in a configuration. `models`: names, or TOML of a model; `more`: further lines of TOML. */
  provider(id, models = ['m'], more = '') {
    const each = models.map((model) => (model.startsWith('{') ? model : `{ id = "${model}", accepts = ["text", "image"], tiers = { balanced = 1 } }`));
    return `[[providers]]\nid = "${id}"\ndialect = "openai"\nbase_url = "${this.url}/v1"\napi_keys = ["sk-test-0123456789-AAAA"]\n`
      + `priority = 1\nmodels = [${each.join(', ')}]\n${more}\n`;
  }

  async end() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Answers with JSON. */
export function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Streams the pieces of a text as OpenAI does. */
export function streamed(response, pieces) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta, finish_reason = null) => response.write(`data: ${JSON.stringify({
    id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }],
  })}\n\n`);
  chunk({ role: 'assistant', content: '' });
  for (const piece of pieces) chunk({ content: piece });
  chunk({}, 'stop');
  response.end('data: [DONE]\n\n');
}

const talking = {
  '/v1/models': (_, response) => json(response, 200, { object: 'list', data: [{ id: 'm', object: 'model' }] }),
  '/v1/chat/completions': (_, response, body) => {
    if (body.stream) return streamed(response, ['Hello ', 'from ', 'the fake.']);
    return json(response, 200, {
      id: 'c1', object: 'chat.completion', created: 1, model: body.model,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello from the fake.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
    });
  },
};

async function freePort() {
  const socket = createSocket();
  await new Promise((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** The program, serving. */
export class Server {
  /**
   * `config`: TOML. `env`: further variables. `password: false`: none is set, and `server.code` is what the server printed.
   */
  static async start({ config = '', env = {}, password = PASSWORD } = {}) {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), 'mediary-dashboard-'));
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    server.file = join(server.folder, 'mediary.toml');
    server.env = {
      PATH: process.env.PATH, HOME: server.folder, MEDIARY_HOME: join(server.folder, 'home'),
      MEDIARY_LOG: 'warn,mediary::http::serve=info,mediary::cli::serve=info', ...env,
    };
    await writeFile(server.file, config);
    if (password) await server.run(['admin', 'password'], `${password}\n`);
    await server.serve();
    return server;
  }

  /** Runs a command of the program in the server's folder. */
  async run(args, input = '') {
    const child = spawn(program, ['--config', this.file, ...args], { cwd: this.folder, env: this.env, stdio: ['pipe', 'pipe', 'pipe'] });
    let told = '';
    child.stdout.on('data', (data) => (told += data));
    child.stderr.on('data', (data) => (told += data));
    child.stdin.end(input);
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 0, `mediary ${args.join(' ')}: ${told}`);
    return told;
  }

  async serve() {
    const child = spawn(program, ['--config', this.file, 'serve', '--port', String(this.port)], { cwd: this.folder, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.log = '';
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('close', () => process.removeListener('exit', end));
    await new Promise((resolve, reject) => {
      const read = (data) => {
        this.log += data;
        if (this.log.includes('serving on')) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${this.log}`)));
    });
    this.code = /"admin\.code":"([^"]+)"|admin\.code="?([\w-]+)/.exec(this.log)?.slice(1).find(Boolean);
  }

  async stop() {
    if (!this.child || this.child.exitCode !== null) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    await closed;
  }

  async end() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Changes the configuration file. */
  async configure(change) {
    await writeFile(this.file, change(await readFile(this.file, 'utf8')));
  }
}

/**
 * A page of the dashboard. `at`: `providers`, or `requests?status=failed`. `login: false`: stays at the door.
 * Whatever the browser complains of on the way (scripts, the policy) fails the test; failed requests do not.
 */
async function open(server, { at = 'start', login = true, language = 'en', theme = 'light', width = 1280, height = 800, mobile = false } = {}) {
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-ES' : 'en-GB', colorScheme: theme, viewport: { width, height }, hasTouch: mobile,
    reducedMotion: 'reduce', permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'], timezoneId: 'Europe/Madrid',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`${error.stack ?? error}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.includes('Failed to load resource')) complaints.push(text);
  });
  await page.goto(`${server.url}/dashboard#/${at}`);
  if (login) await logIn(page);
  return {
    page,
    close: async () => {
      await context.close();
      assert.deepEqual(complaints, [], 'the browser complained');
    },
  };
}

/** Types the password at the door. */
export async function logIn(page, password = PASSWORD) {
  await page.locator('input[name=password]').fill(password);
  await page.locator('form button.primary').click();
  await page.locator('nav').waitFor({ state: 'attached' });
}

/** What axe finds on the page that is serious, as readable lines. */
export async function seriousFindings(page) {
  const source = await readFile(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  // The policy of the page forbids a script of another place; what the browser's tools run is not the page's.
  await page.evaluate(source);
  return page.evaluate(async () => {
    const found = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return found.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`));
  });
}

/** Waits until `holds` gives something true. */
export async function until(what, holds, patience = 20_000) {
  const end = Date.now() + patience;
  for (;;) {
    const held = await holds();
    if (held) return held;
    assert.ok(Date.now() < end, `this never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
