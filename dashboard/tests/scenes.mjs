// What the pictures of the documentation show. They are also what the pages are to look like: a test holds one beside the other.

import { PASSWORD, settled } from './stage.mjs';

/** The pages that are shown. */
export const pages = ['start', 'chain/fast', 'capabilities'];

/** The themes in which they are. */
export const themes = ['light', 'dark'];

const models = (tiers) => `{ id = "large", accepts = ["text", "image", "pdf"], tools = true, reasoning = true, context_tokens = 200000, tiers = { fast = ${tiers}, vision = ${tiers} } }`;

/** The configuration of a server with four providers, all of them this upstream. */
export function configuration(upstream) {
  const providers = ['north', 'south', 'east', 'west'].map((id, index) => upstream.provider(id, [models(index + 1), `{ id = "small", tiers = { fast = ${index + 5} } }`]));
  return `[log]\nrequests = true\n${providers.join('')}`;
}

/** The file in docs/pictures that shows a page in a theme. */
export function picture(name, theme) {
  return new URL(`../../docs/pictures/${name.split('/')[0]}-${theme}.png`, import.meta.url).pathname;
}

/** A page of a browser that has logged in to the server, as the pictures show it. */
export async function stage(browser, server, theme) {
  const context = await browser.newContext({ colorScheme: theme, locale: 'en-GB', viewport: { width: 1180, height: 760 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${server.url}/dashboard#/start`);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('form button.primary').click();
  await page.locator('nav').waitFor();
  return page;
}

/** Goes to one of the pages, and waits until all of it is there. */
export async function show(page, server, name) {
  await page.goto(`${server.url}/dashboard#/${name}`);
  await page.locator(`nav a[href="#/${name.split('/')[0]}"][aria-current=page]`).waitFor();
  await settled(page);
}
