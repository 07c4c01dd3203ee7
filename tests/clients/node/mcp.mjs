// The official clients of the Model Context Protocol for Node, over each way in: node mcp.mjs ADDRESS PROGRAM. The first line of the
// SDK speaks the older protocol, the second both.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client as First } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as FirstEvents } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as FirstStreams } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as FirstHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client as Second, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [address, program] = process.argv.slice(2);
const samples = process.env.MEDIARY_SAMPLES;
const encoded = (name) => readFileSync(join(samples, name)).toString('base64');
const sign = 'Platform 9 closes at 21:45';
const about = { name: 'test-clients', version: '1' };
const started = { command: program, args: ['mcp', '--server', address] };

async function tried(way, client, transport, callOf) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert.ok(tools.length >= 13 && tools.every((tool) => tool.outputSchema), `${tools.length} tools`);
  const isHere = 'path' in tools.find((tool) => tool.name === 'read_document').inputSchema.properties;
  const named = isHere ? { path: join(samples, 'sign.png') } : { data: encoded('sign.png') };
  // The client holds what comes against the tool's schema.
  const call = (name, values, options) => callOf(client, { name, arguments: values }, options);
  const read = await call('read_document', { ...named, output: 'text' });
  const [notice, , inside] = read.content[0].text.split('\n');
  assert.deepEqual([inside, notice], [sign, read.structuredContent.untrusted]);
  const told = [];
  await call('read_document', { data: encoded('invoice.pdf') }, { onprogress: (progress) => told.push(progress) });
  assert.ok(told.length > 0 && told.at(-1).progress === told.at(-1).total, JSON.stringify(told));
  const wrong = await call('read_document', {});
  assert.ok(wrong.isError && wrong.content[0].text.includes('file_id'), JSON.stringify(wrong));
  const cut = await call('read_document', { ...named, max_chars: 8 });
  const whole = await client.readResource({ uri: cut.structuredContent.file.uri });
  assert.equal(whole.contents[0].text.trim(), sign);
  const { resources } = await client.listResources();
  assert.ok(resources.some((resource) => resource.uri === cut.structuredContent.file.uri));
  for (const [name, values] of [['list_models', { limit: 3 }], ['stats', {}], ['explain_plan', { prompt: 'Hello' }]]) {
    assert.equal((await call(name, values)).isError ?? false, false, name);
  }
  await client.close();
  console.log(`${way}: ${tools.length} tools, ${told.length} pages told`);
}

const first = (client, params, options) => client.callTool(params, undefined, options);
await tried('sdk, Streamable HTTP', new First(about), new FirstHttp(new URL(`${address}/mcp`)), first);
await tried('sdk, standard input and output', new First(about), new FirstStreams(started), first);
await tried('sdk, events of 2024', new First(about), new FirstEvents(new URL(`${address}/sse`)), first);
const second = (client, params, options) => client.callTool(params, options);
for (const mode of ['legacy', 'auto']) {
  const client = () => new Second(about, { versionNegotiation: { mode } });
  await tried(`client, Streamable HTTP, ${mode}`, client(), new StreamableHTTPClientTransport(new URL(`${address}/mcp`)), second);
  await tried(`client, standard input and output, ${mode}`, client(), new StdioClientTransport(started), second);
}
await tried('client, events of 2024', new Second(about), new SSEClientTransport(new URL(`${address}/sse`)), second);
