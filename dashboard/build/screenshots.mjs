// Renews docs/pictures: some pages, light and dark, of a server with providers that this process plays.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { configuration, pages, picture, show, stage, themes } from '../tests/scenes.mjs';
import { launch, Server, Upstream } from '../tests/stage.mjs';

const most = 200_000;

const up = await Upstream.start();
const server = await Server.start({ config: configuration(up) });
const browser = await launch();
try {
  for (const theme of themes) {
    const page = await stage(browser, server, theme);
    for (const name of pages) {
      await show(page, server, name);
      const path = picture(name, theme);
      await mkdir(dirname(path), { recursive: true });
      await page.screenshot({ path });
      const { size } = await stat(path);
      if (size > most) throw new Error(`${path} has ${size} bytes, ${most} are allowed`);
    }
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.end();
  await up.end();
}
