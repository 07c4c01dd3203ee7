// Renews docs/pictures: some pages, light and dark, of a server with providers that this process plays.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, PASSWORD, Server, settled, Upstream } from '../tests/stage.mjs';

const folder = new URL('../../docs/pictures/', import.meta.url).pathname;
const pages = ['start', 'chain/fast', 'capabilities'];
const most = 200_000;

const models = (tiers) => `{ id = "large", accepts = ["text", "image", "pdf"], tools = true, reasoning = true, context_tokens = 200000, tiers = { fast = ${tiers}, vision = ${tiers} } }`;

await mkdir(folder, { recursive: true });
const up = await Upstream.start();
const config = ['north', 'south', 'east', 'west'].map((id, index) => up.provider(id, [models(index + 1), `{ id = "small", tiers = { fast = ${index + 5} } }`])).join('');
const server = await Server.start({ config: `[log]\nrequests = true\n${config}` });
const browser = await launch();
try {
  for (const theme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme: theme, locale: 'en-GB', viewport: { width: 1180, height: 760 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(`${server.url}/dashboard#/start`);
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.locator('form button.primary').click();
    await page.locator('nav').waitFor();
    for (const name of pages) {
      await page.goto(`${server.url}/dashboard#/${name}`);
      await page.locator(`nav a[href="#/${name.split('/')[0]}"][aria-current=page]`).waitFor();
      await settled(page);
      const path = join(folder, `${name.split('/')[0]}-${theme}.png`);
      await page.screenshot({ path });
      const { size } = await stat(path);
      if (size > most) throw new Error(`${path} has ${size} bytes, ${most} are allowed`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.end();
  await up.end();
}
