// Writes src/lib/openapi.d.ts, by which the sources are checked, from the document that the program gives. The program is
// the one of the debug build, started for it, or a server that runs: MEDIARY=http://127.0.0.1:8001.
import { writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';
import { Server } from '../tests/stage.mjs';

const own = process.env.MEDIARY ? undefined : await Server.start({ password: false });
try {
  const document = await (await fetch(`${own?.url ?? process.env.MEDIARY}/openapi.json`)).json();
  // Paths are what these types are asked by; the names of operations would come a second time.
  for (const methods of Object.values(document.paths)) {
    for (const operation of Object.values(methods)) delete operation.operationId;
  }
  const types = astToString(await openapi(document, { alphabetize: true, defaultNonNullable: false }));
  await writeFile(new URL('../src/lib/openapi.d.ts', import.meta.url), types);
} finally {
  await own?.end();
}
