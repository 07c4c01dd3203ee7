// Pages look as the pictures of the documentation show them, light and dark. Letters may be drawn otherwise by another browser:
// squares of pixels are compared, not pixels. `make screenshots` renews the pictures after a change that is meant.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, until } from './harness.mjs';
import { configuration, pages, picture, show, stage, themes } from './scenes.mjs';

const SQUARE = 20;
/** So far apart (of 255) two squares are different, … */
const APART = 16;
/** … and of so many of a page it is another page. */
const SHARE = 0.05;

// What is installed is part of what pages show.
const weights = new URL('../../models/weights', import.meta.url).pathname;
const skip = existsSync(join(weights, 'pdfium')) ? undefined : 'NO LIBRARIES HERE: looks were not compared (mediary models pull)';
if (skip) console.error(`\n*** ${skip} ***\n`);

/** The mean colours of the squares of a picture. A page of the browser decodes it. */
function squares(page, png) {
  return page.evaluate(async ([url, size]) => {
    const image = await createImageBitmap(await (await fetch(url)).blob());
    const canvas = new OffscreenCanvas(Math.floor(image.width / size), Math.floor(image.height / size));
    const whole = new OffscreenCanvas(image.width, image.height);
    const pixels = whole.getContext('2d');
    pixels.drawImage(image, 0, 0);
    const means = [];
    for (let y = 0; y < canvas.height; y += 1) {
      for (let x = 0; x < canvas.width; x += 1) {
        const { data } = pixels.getImageData(x * size, y * size, size, size);
        const sum = [0, 0, 0];
        for (let at = 0; at < data.length; at += 4) for (const channel of [0, 1, 2]) sum[channel] += data[at + channel];
        means.push(sum.map((value) => value / (size * size)));
      }
    }
    return means;
  }, [`data:image/png;base64,${png.toString('base64')}`, SQUARE]);
}

const apart = (one, other) => one.filter((mean, at) => mean.some((value, channel) => Math.abs(value - other[at][channel]) > APART)).length / one.length;

test('pages look as the documentation shows them, light and dark', async ({ server, upstream, browser }) => {
  const served = await server({ config: configuration(await upstream()) });
  const blank = await browser.newPage();
  for (const theme of themes) {
    const page = await stage(browser, served, theme);
    for (const name of pages) {
      await show(page, served, name);
      const wanted = await squares(blank, await readFile(picture(name, theme)));
      let seen;
      // Lists that are filled piece by piece are whole a moment later.
      await until(`${name} looks as in ${picture(name, theme)}`, async () => {
        seen = await squares(blank, await page.screenshot());
        assert.equal(seen.length, wanted.length);
        return apart(seen, wanted) <= SHARE;
      });
      // A page without its frame is told from one with it.
      await page.evaluate(() => (document.querySelector('nav').style.display = 'none'));
      assert.ok(apart(await squares(blank, await page.screenshot()), seen) > SHARE, `${name} without its frame looks the same`);
      await page.evaluate(() => (document.querySelector('nav').style.display = ''));
    }
    await page.context().close();
  }
}, skip ? { skip } : {});
