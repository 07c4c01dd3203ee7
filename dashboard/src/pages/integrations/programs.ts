// How each program is pointed at this server. `base` is its address without a slash at the end, `key` what stands for a key.

export interface Program {
  id: string;
  name: string;
  /** Steps, each a text to be copied with a sentence's key. */
  steps: { key: 'install' | 'environment' | 'file' | 'run' | 'code' | 'command' | 'form' | 'node'; text: string; note?: string }[];
}

export function programs(base: string, key: string, model: string): Program[] {
  const v1 = `${base}/v1`;
  const json = (value: unknown): string => JSON.stringify(value, null, 2);
  // The Model Context Protocol, as each client writes a server down. A server that asks for no key is given none.
  const headers = key === 'none' ? {} : { headers: { Authorization: `Bearer ${key}` } };
  const tools = (entry: object): string => json({ mcpServers: { mediary: entry } });
  return [
    {
      id: 'curl',
      name: 'curl',
      steps: [{
        key: 'command',
        text: `curl ${v1}/chat/completions \\\n  -H "Authorization: Bearer ${key}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`,
      }],
    },
    {
      id: 'openai-python',
      name: 'OpenAI · Python',
      steps: [
        { key: 'install', text: 'pip install openai' },
        { key: 'code', text: `from openai import OpenAI\n\nclient = OpenAI(base_url="${v1}", api_key="${key}")\nanswer = client.chat.completions.create(\n    model="${model}",\n    messages=[{"role": "user", "content": "Hello"}],\n)\nprint(answer.choices[0].message.content)` },
      ],
    },
    {
      id: 'openai-js',
      name: 'OpenAI · JavaScript',
      steps: [
        { key: 'install', text: 'npm install openai' },
        { key: 'code', text: `import OpenAI from 'openai';\n\nconst client = new OpenAI({ baseURL: '${v1}', apiKey: '${key}' });\nconst answer = await client.chat.completions.create({\n  model: '${model}',\n  messages: [{ role: 'user', content: 'Hello' }],\n});\nconsole.log(answer.choices[0].message.content);` },
      ],
    },
    {
      id: 'anthropic',
      name: 'Anthropic · Python',
      steps: [
        { key: 'install', text: 'pip install anthropic' },
        { key: 'code', text: `import anthropic\n\nclient = anthropic.Anthropic(base_url="${base}", api_key="${key}")\nanswer = client.messages.create(\n    model="${model}",\n    max_tokens=500,\n    messages=[{"role": "user", "content": "Hello"}],\n)\nprint(answer.content[0].text)` },
      ],
    },
    {
      id: 'ollama',
      name: 'Ollama',
      steps: [
        { key: 'install', text: 'pip install ollama' },
        { key: 'code', text: `from ollama import Client\n\nclient = Client(host="${base}", headers={"Authorization": "Bearer ${key}"})\nanswer = client.chat(model="${model}", messages=[{"role": "user", "content": "Hello"}])\nprint(answer.message.content)` },
      ],
    },
    {
      id: 'langchain',
      name: 'LangChain',
      steps: [
        { key: 'install', text: 'pip install langchain-openai' },
        { key: 'code', text: `from langchain_openai import ChatOpenAI\n\nmodel = ChatOpenAI(base_url="${v1}", api_key="${key}", model="${model}")\nprint(model.invoke("Hello").content)` },
      ],
    },
    {
      id: 'vercel',
      name: 'Vercel AI SDK',
      steps: [
        { key: 'install', text: 'npm install ai @ai-sdk/openai-compatible' },
        { key: 'code', text: `import { createOpenAICompatible } from '@ai-sdk/openai-compatible';\nimport { generateText } from 'ai';\n\nconst mediary = createOpenAICompatible({ name: 'mediary', baseURL: '${v1}', apiKey: '${key}' });\nconst { text } = await generateText({ model: mediary('${model}'), prompt: 'Hello' });\nconsole.log(text);` },
      ],
    },
    {
      id: 'claude-code',
      name: 'Claude Code',
      steps: [
        { key: 'environment', text: `export ANTHROPIC_BASE_URL="${base}"\nexport ANTHROPIC_AUTH_TOKEN="${key}"\nexport ANTHROPIC_MODEL="${model}"` },
        { key: 'run', text: 'claude' },
      ],
    },
    {
      id: 'codex',
      name: 'Codex',
      steps: [
        { key: 'file', note: '~/.codex/config.toml', text: `model = "${model}"\nmodel_provider = "mediary"\n\n[model_providers.mediary]\nname = "Mediary"\nbase_url = "${v1}"\nenv_key = "MEDIARY_API_KEY"\nwire_api = "responses"` },
        { key: 'environment', text: `export MEDIARY_API_KEY="${key}"` },
        { key: 'run', text: 'codex' },
      ],
    },
    {
      id: 'mcp-claude-desktop',
      name: 'MCP · Claude Desktop',
      steps: [{ key: 'file', note: 'claude_desktop_config.json', text: tools({ command: 'mediary', args: ['mcp'] }) }],
    },
    {
      id: 'mcp-claude-code',
      name: 'MCP · Claude Code',
      steps: [
        { key: 'command', text: `claude mcp add --transport http mediary ${base}/mcp${key === 'none' ? '' : ` --header "Authorization: Bearer ${key}"`}` },
        { key: 'run', text: 'claude' },
      ],
    },
    {
      id: 'mcp-cursor',
      name: 'MCP · Cursor',
      steps: [{ key: 'file', note: '~/.cursor/mcp.json', text: tools({ url: `${base}/mcp`, ...headers }) }],
    },
    {
      id: 'mcp-windsurf',
      name: 'MCP · Windsurf',
      steps: [{ key: 'file', note: '~/.codeium/windsurf/mcp_config.json', text: tools({ serverUrl: `${base}/mcp`, ...headers }) }],
    },
    {
      id: 'open-webui',
      name: 'Open WebUI',
      steps: [{ key: 'environment', text: `OPENAI_API_BASE_URL=${v1}\nOPENAI_API_KEY=${key}\nDEFAULT_MODELS=${model}` }],
    },
    {
      id: 'n8n',
      name: 'n8n',
      steps: [
        { key: 'form', note: 'OpenAI', text: json({ 'API Key': key, 'Base URL': v1 }) },
        { key: 'node', note: 'OpenAI Chat Model', text: model },
      ],
    },
  ];
}
