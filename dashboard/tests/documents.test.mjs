// Documents: pages with boxes over what was read on them, both ways of pointing, downloads, batches, locks and limits.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seriousFindings, test, until } from './harness.mjs';

const root = new URL('../../', import.meta.url).pathname;
const weights = join(root, 'models', 'weights');
const sample = (name) => join(root, 'samples', name);
// PDFs are opened by a library that is fetched, as are the engines that read scans.
const skip = existsSync(join(weights, 'pdfium')) ? undefined : 'NO LIBRARIES HERE: documents were not read (mediary models pull)';
if (skip) console.error(`\n*** ${skip} ***\n`);
const options = skip ? { skip } : {};

/** A server that finds the libraries of this checkout and keeps the rest in a folder of its own. */
async function reading(server, config = '') {
  const home = await mkdtemp(join(tmpdir(), 'mediary-documents-'));
  await mkdir(home, { recursive: true });
  await symlink(weights, join(home, 'weights'));
  const served = await server({ config, env: { MEDIARY_HOME: home } });
  const { end } = served;
  served.end = async () => {
    await end.call(served);
    await rm(home, { recursive: true, force: true });
  };
  return served;
}

const choose = (page, ...files) => page.locator('input[type=file]').setInputFiles(files);

test('a page has boxes where its lines stand, and pointing at one shows the other', async ({ server, open }) => {
  const page = await open(await reading(server), { at: 'documents' });
  await choose(page, sample('invoice.pdf'));
  const sheet = page.getByRole('article', { name: 'Page 1' });
  await sheet.locator('img').waitFor();
  const line = sheet.getByRole('option', { name: 'INVOICE 2026-0417' });
  await line.waitFor();
  await until('its picture is there', () => sheet.locator('img').evaluate((picture) => picture.naturalWidth > 0));
  const boxes = sheet.locator('svg rect');
  assert.equal(await boxes.count(), await sheet.getByRole('option').count(), 'a box for each line');
  // The box of a line lies over its words: there is ink under it, and the picture has the shape of the page.
  const { inked, ratio } = await sheet.evaluate((sheet) => {
    const picture = sheet.querySelector('img');
    const at = [...sheet.querySelectorAll('[role=option]')].findIndex((line) => line.textContent.includes('INVOICE'));
    const box = sheet.querySelectorAll('rect')[at];
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0);
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(box.getAttribute(name)));
    const { data } = context.getImageData(x, y, width, height);
    const view = box.ownerSVGElement.viewBox.baseVal;
    return {
      inked: data.filter((value, index) => index % 4 === 0 && value < 128).length / (data.length / 4),
      ratio: (picture.naturalWidth / picture.naturalHeight) / (view.width / view.height),
    };
  });
  assert.ok(inked > 0.05 && inked < 0.6, `${inked} of the box is dark`);
  assert.ok(Math.abs(ratio - 1) < 0.01, `${ratio}`);
  // What is beside the page may still come, and move it away under a pointer that has arrived.
  const pointed = async (place, options) => {
    await page.mouse.move(0, 0);
    await place.hover(options);
  };
  await until('its box stands out', async () => {
    await pointed(line);
    return sheet.locator('rect.active').count();
  });
  await until('the first line is marked', async () => {
    await pointed(sheet.locator('rect').first(), { force: true });
    return (await sheet.getByRole('option').first().getAttribute('aria-selected')) === 'true';
  });
  await sheet.getByRole('listbox').focus();
  await page.keyboard.press('End');
  await until('the last line is marked', async () => (await sheet.getByRole('option').last().getAttribute('aria-selected')) === 'true');
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByLabel('Boxes').uncheck();
  assert.equal(await boxes.count(), 0);
}, options);

test('several documents are read one beside the other, and leave in every form', async ({ server, open }) => {
  const page = await open(await reading(server), { at: 'documents' });
  await choose(page, sample('invoice.pdf'), sample('table.csv'), sample('note.txt'));
  await page.getByText('3 of 3 read').waitFor({ timeout: 60_000 });
  const taken = async (name) => {
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name, exact: true }).click();
    const download = await coming;
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  for (const [name, file, begins] of [['Markdown', 'invoice.md', '# Tidewater'], ['Text', 'invoice.txt', 'Tidewater'], ['JSON', 'invoice.json', '{'], ['hOCR', 'invoice.hocr', '<?xml'], ['ALTO', 'invoice.alto.xml', '<?xml'], ['Searchable PDF', 'invoice.pdf', '%PDF']]) {
    const got = await taken(name);
    assert.equal(got.name, file);
    assert.ok(got.bytes.toString('latin1').startsWith(begins), `${name}: ${got.bytes.subarray(0, 20)}`);
  }
  const lines = (await taken('All as JSON lines')).bytes.toString().trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ file_name }) => file_name).sort(), ['invoice.pdf', 'note.txt', 'table.csv']);
  await page.getByRole('button', { name: /^table\.csv/ }).click();
  await page.getByRole('option', { name: /Alder Bridge/ }).waitFor();
  await page.getByRole('tab', { name: 'Markdown' }).click();
  await page.getByText('| station | opened |').waitFor();
}, options);

test('what is too large is not sent, what cannot be read says so in its place, on a phone, in Spanish, in the dark', async ({ server, open }) => {
  const served = await reading(server, '[limits.document]\nbytes = "50 kB"\n');
  const page = await open(served, { at: 'documents', language: 'es', theme: 'dark', width: 390 });
  await page.getByText(/hasta 50 kB/).waitFor();
  let sent = 0;
  page.on('request', (request) => (sent += Number(request.url().endsWith('/v1/ocr/process'))));
  await page.locator('input[type=file]').setInputFiles({ name: 'huge.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(60_000) });
  await page.getByText(/huge\.pdf ocupa 60 kB, y el máximo es 50 kB/).waitFor();
  assert.equal(sent, 0);
  await page.locator('input[type=file]').setInputFiles({ name: '<b>bad</b>.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 nothing') });
  await page.getByText('no leído').waitFor();
  await page.getByRole('heading', { name: '<b>bad</b>.pdf' }).waitFor();
  await page.locator('section').getByRole('alert').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
}, options);
