// The same request as curl, Python and JavaScript: programs that can be run as they stand, beside the files they name.

import type { Enclosed, Sent } from './sent';

export type Tongue = 'curl' | 'python' | 'javascript';

export function code(tongue: Tongue, sent: Sent, base: string): string {
  return { curl, python, javascript }[tongue](sent, base);
}

const KEY = 'MEDIARY_API_KEY';

function curl(sent: Sent, base: string): string {
  const flags = sent.streams ? '-sN' : '-s';
  const lines = [`curl ${flags} ${quoted(base + sent.endpoint)}`, `  -H "Authorization: Bearer $${KEY}"`];
  for (const [name, value] of Object.entries(sent.headers ?? {})) lines.push(`  -H ${quoted(`${name}: ${value}`)}`);
  if (sent.output) lines.push(`  -o ${quoted(sent.output)}`);
  if (sent.form) {
    for (const [name, value] of sent.form) {
      lines.push(typeof value === 'string' ? `  --form-string ${quoted(`${name}=${value}`)}` : `  -F ${quoted(`${name}=@${value.name}`)}`);
    }
    return lines.join(' \\\n');
  }
  lines.push(`  -H 'Content-Type: application/json'`);
  if (!sent.enclosed?.length) {
    lines.push(`  -d ${quoted(JSON.stringify(sent.json, null, 2))}`);
    return lines.join(' \\\n');
  }
  // The files are put in by the shell, so what means something to it is taken its meaning.
  let body = JSON.stringify(sent.json, marked(sent.enclosed), 2).replace(/[\\$`]/g, '\\$&');
  sent.enclosed.forEach((file, index) => {
    body = body.replaceAll(`"${mark(index)}"`, `"${file.prefix}$(base64 < ${quoted(file.name)} | tr -d '\\n')"`);
  });
  lines.push(`  -d @- <<END\n${body}\nEND`);
  return lines.join(' \\\n');
}

function python(sent: Sent, base: string): string {
  const lines = ['import os', 'import requests', ''];
  const enclosed = sent.enclosed ?? [];
  if (enclosed.length > 0) {
    lines.splice(0, 0, 'import base64');
    lines.push('def encoded(path):', '    with open(path, "rb") as file:', '        return base64.b64encode(file.read()).decode()', '', '');
  }
  lines.push('answer = requests.post(', `    ${JSON.stringify(base + sent.endpoint)},`);
  const headers = [`"Authorization": f"Bearer {os.environ.get('${KEY}', 'none')}"`];
  for (const [name, value] of Object.entries(sent.headers ?? {})) headers.push(`${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  lines.push(`    headers={${headers.join(', ')}},`);
  if (sent.form) {
    const fields = sent.form.map(([name, value]) => typeof value === 'string'
      ? `(${JSON.stringify(name)}, (None, ${JSON.stringify(value)}))`
      : `(${JSON.stringify(name)}, open(${JSON.stringify(value.name)}, "rb"))`);
    lines.push('    files=[', ...fields.map((field) => `        ${field},`), '    ],');
  } else {
    let body = literal(sent.json, enclosed, 1);
    enclosed.forEach((file, index) => {
      const made = `encoded(${JSON.stringify(file.name)})`;
      body = body.replaceAll(JSON.stringify(mark(index)), file.prefix ? `${JSON.stringify(file.prefix)} + ${made}` : made);
    });
    lines.push(`    json=${body},`);
  }
  if (sent.streams) lines.push('    stream=True,');
  lines.push(')', 'answer.raise_for_status()');
  if (sent.output) lines.push(`with open(${JSON.stringify(sent.output)}, "wb") as file:`, '    file.write(answer.content)');
  else if (sent.streams) lines.push('for line in answer.iter_lines(decode_unicode=True):', '    print(line)');
  else lines.push('print(answer.json())');
  return lines.join('\n');
}

function javascript(sent: Sent, base: string): string {
  const lines: string[] = [];
  const enclosed = sent.enclosed ?? [];
  const reads = enclosed.length > 0 || sent.form?.some(([, value]) => typeof value !== 'string');
  const needs = [reads ? 'readFile' : '', sent.output ? 'writeFile' : ''].filter(Boolean);
  if (needs.length > 0) lines.push(`import { ${needs.join(', ')} } from 'node:fs/promises';`, '');
  const headers = [`Authorization: \`Bearer \${process.env.${KEY} ?? 'none'}\``];
  for (const [name, value] of Object.entries(sent.headers ?? {})) headers.push(`${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  if (sent.form) {
    lines.push('const form = new FormData();');
    for (const [name, value] of sent.form) {
      lines.push(typeof value === 'string'
        ? `form.append(${JSON.stringify(name)}, ${JSON.stringify(value)});`
        : `form.append(${JSON.stringify(name)}, new Blob([await readFile(${JSON.stringify(value.name)})]), ${JSON.stringify(value.name)});`);
    }
  } else {
    headers.push("'Content-Type': 'application/json'");
    if (enclosed.length > 0) lines.push("const encoded = async (path) => (await readFile(path)).toString('base64');");
    let body = JSON.stringify(sent.json, marked(enclosed), 2);
    enclosed.forEach((file, index) => {
      const made = `(await encoded(${JSON.stringify(file.name)}))`;
      body = body.replaceAll(JSON.stringify(mark(index)), file.prefix ? `${JSON.stringify(file.prefix)} + ${made}` : made);
    });
    lines.push(`const body = ${body};`);
  }
  lines.push(`const answer = await fetch(${JSON.stringify(base + sent.endpoint)}, {`, "  method: 'POST',");
  lines.push(`  headers: { ${headers.join(', ')} },`, sent.form ? '  body: form,' : '  body: JSON.stringify(body),', '});');
  lines.push('if (!answer.ok) throw new Error(await answer.text());');
  if (sent.output) lines.push(`await writeFile(${JSON.stringify(sent.output)}, Buffer.from(await answer.arrayBuffer()));`);
  else if (sent.streams) lines.push('for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) process.stdout.write(piece);');
  else lines.push('console.log(await answer.json());');
  return lines.join('\n');
}

/** A word of a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

// Files are marked while the rest is written down, with what no request has in it.
function mark(index: number): string {
  return `\u2063file ${index}\u2063`;
}

function marked(enclosed: Enclosed[]): (name: string, value: unknown) => unknown {
  return (_name, value) => {
    const index = typeof value === 'string' ? enclosed.findIndex((file) => file.text === value) : -1;
    return index < 0 ? value : mark(index);
  };
}

function literal(value: unknown, enclosed: Enclosed[], depth: number): string {
  const inner = '    '.repeat(depth + 1);
  const outer = '    '.repeat(depth);
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return JSON.stringify(marked(enclosed)('', value));
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => `${inner}${literal(item, enclosed, depth + 1)},\n`).join('')}${outer}]`;
  }
  if (typeof value === 'object') {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    if (fields.length === 0) return '{}';
    return `{\n${fields.map(([name, field]) => `${inner}${JSON.stringify(name)}: ${literal(field, enclosed, depth + 1)},\n`).join('')}${outer}}`;
  }
  return String(value);
}
