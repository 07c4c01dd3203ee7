// What every test of the dashboard starts from: a page in a real browser that must not complain, and what is behind it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import { browserPath, launch, PASSWORD, Server, Upstream } from './stage.mjs';

export { json, PASSWORD, Server, settled, streamed, Upstream } from './stage.mjs';

/** The reason why no page can be opened here, or `undefined`. */
export const skipped = browserPath ? undefined : 'NO CHROMIUM HERE: the dashboard was not looked at (apt-get install chromium)';
if (skipped) console.error(`\n*** ${skipped} ***\n`);

let browser;

before(async () => {
  if (skipped) return;
  browser = await launch();
});

after(async () => {
  await browser?.close();
});

/** A test that is given `{ browser, server(…), upstream(…), open(…) }`; all of it ends with the test. */
export function test(name, body, options = {}) {
  nodeTest(name, { skip: skipped, timeout: 300_000, ...options }, async () => {
    const ends = [];
    const stage = {
      browser,
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

/**
 * A page of the dashboard. `at`: `providers`, or `requests?status=failed`. `login: false`: stays at the door.
 * Whatever the browser complains of on the way (scripts, the policy) fails the test; failed requests do not.
 */
async function open(server, { at = 'start', login = true, language = 'en', theme = 'light', width = 1280, height = 800, mobile = false, timezone = 'Europe/Madrid' } = {}) {
  const context = await browser.newContext({
    locale: language === 'es' ? 'es-ES' : 'en-GB', colorScheme: theme, viewport: { width, height }, hasTouch: mobile,
    reducedMotion: 'reduce', permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'], timezoneId: timezone,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
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
  await page.locator('form:has(input[name=password]) button.primary').click();
  await page.locator('#nav').waitFor({ state: 'attached' });
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
export async function until(what, holds, patience = 60_000) {
  const end = Date.now() + patience;
  for (;;) {
    const held = await holds();
    if (held) return held;
    assert.ok(Date.now() < end, `this never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
