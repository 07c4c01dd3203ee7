// A server of its own in a folder of its own, providers that this process plays, and the browser that is here. For tests,
// and for the pictures of the documentation.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const PASSWORD = 'correct horse battery';

const root = new URL('../../', import.meta.url).pathname;
export const program = process.env.MEDIARY_PROGRAM ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', 'mediary');
export const browserPath = [process.env.MEDIARY_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => path && existsSync(path));

/** The browser, with a camera and a microphone that it plays itself. */
export function launch() {
  assert.ok(existsSync(program), `${program} is not there: cargo build --workspace`);
  return chromium.launch({
    executablePath: browserPath,
    // A sandbox of its own cannot be had by root.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  });
}

/** Waits until a page shows what it has read. */
export async function settled(page) {
  await page.locator('h1').filter({ visible: true }).waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll('main [role=status]')].some((one) => /^(Loading|Cargando)/.test(one.textContent)));
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
    const each = models.map((model) => (model.startsWith('{') ? model : `{ id = "${model}", accepts = ["text", "image"], tiers = { standard = 1 } }`));
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

/** The program, serving. */
export class Server {
  /**
   * `config`: TOML. `env`: further variables. `password: false`: none is set, and `server.code` is what the server printed.
   */
  static async start({ config = '', env = {}, password = PASSWORD } = {}) {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), 'mediary-dashboard-'));
    // The first time it takes a free port, and when it is started again that one.
    server.port = 0;
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
        const serving = /serving on http:\/\/127\.0\.0\.1:(\d+)\D/.exec(this.log);
        if (!serving) return;
        this.port = Number(serving[1]);
        this.url = `http://127.0.0.1:${this.port}`;
        resolve();
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
