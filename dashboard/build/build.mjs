// Builds the pages into dist/ and packs them.
import { mkdir } from 'node:fs/promises';
import { build } from 'vite';
import { emptied, pack } from './pack.mjs';

const folder = new URL('../dist/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });
await emptied(folder);
await build({ root: new URL('..', import.meta.url).pathname, logLevel: 'warn' });
const { first, all } = await pack(folder);
console.log(`dashboard: ${first} B of scripts, styles and page at the first load, ${all} B in all, packed`);
