// Packs what Vite made, so that the server has nothing to pack: a `.br` and a `.gz` beside each file that becomes smaller.
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Removes a build before this one; the file that keeps the folder stays. */
export async function emptied(folder) {
  for (const name of await readdir(folder)) {
    if (name !== '.gitignore') await rm(join(folder, name), { recursive: true });
  }
}

/** Every file below a folder, by its path in it. */
export async function files(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length)).sort();
}

/** Packs the files, and gives how many bytes a first load and all of them come to. */
export async function pack(folder) {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  let first = 0;
  let all = 0;
  for (const name of await files(folder)) {
    if (name === '.gitignore') continue;
    const bytes = await readFile(join(folder, name));
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    const packed = [['br', brotliCompressSync(bytes, { params: quality })], ['gz', gzipSync(bytes, { level: 9 })]];
    for (const [ending, smaller] of packed) {
      if (smaller.length < bytes.length) await writeFile(join(folder, `${name}.${ending}`), smaller);
    }
    const sent = Math.min(bytes.length, packed[0][1].length);
    all += sent;
    if (name === 'index.html' || page.includes(name)) first += sent;
  }
  return { first, all };
}
