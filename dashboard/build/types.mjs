// Writes src/lib/openapi.d.ts by the document of a server that runs: node build/types.mjs http://127.0.0.1:8001
import { writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';

const server = process.argv[2] ?? process.env.MEDIARY ?? 'http://127.0.0.1:8001';

/** The types by a document. */
export async function typesOf(document) {
  // Paths are what these types are asked by; the names of operations would come a second time.
  for (const methods of Object.values(document.paths)) {
    for (const operation of Object.values(methods)) delete operation.operationId;
  }
  return astToString(await openapi(document, { alphabetize: true, defaultNonNullable: false }));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const document = await (await fetch(`${server}/openapi.json`)).json();
  await writeFile(new URL('../src/lib/openapi.d.ts', import.meta.url), await typesOf(document));
}
