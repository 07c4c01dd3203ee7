// Anthropic's, Ollama's and Google's own Node clients chat, stream, call tools and fill forms through a running Mediary.
//
// Takes the server's address: node vendors.mjs http://127.0.0.1:8001. The providers of upstream.py are behind it; everything
// is tried with a model that speaks OpenAI's format and with one of Gemini's. Wants the packages of package.json beside it.

import assert from "node:assert/strict";
import process from "node:process";

import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Ollama } from "ollama";

const [server] = process.argv.slice(2);
const models = ["fake/words", "gemini/gemini-3.5-flash"];
const said = "You said: Hello there";
const cities = ["Paris", "Oslo"];
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const receipt = {
  type: "object",
  properties: { shop: { type: "string" }, total: { type: "number" }, currency: { type: "string" } },
  required: ["shop", "total", "currency"],
  additionalProperties: false,
};
const question = "Which of the two is warmer?";

async function anthropic(model) {
  const client = new Anthropic({ apiKey: "none", baseURL: server, maxRetries: 0 });
  const says = (content) => ({ model, max_tokens: 100, messages: [{ role: "user", content }] });
  const text = (message) => message.content.filter((block) => block.type === "text").map((block) => block.text).join("");
  assert.equal(text(await client.messages.create(says("Hello there"))), said);
  const final = await client.messages.stream(says("Hello there")).finalMessage();
  assert.deepEqual([text(final), final.stop_reason, final.usage.output_tokens], [said, "end_turn", 7]);
  const tools = [{ name: "weather", input_schema: parameters }];
  const called = await client.messages.stream({ ...says(question), tools }).finalMessage();
  assert.deepEqual(called.content.filter((block) => block.type === "tool_use").map((block) => block.input.city), cities);
  assert.ok((await client.messages.countTokens({ model, messages: says("Hello there").messages })).input_tokens > 1);
  await assert.rejects(client.messages.create({ ...says("x"), model: "none" }), Anthropic.NotFoundError);
}

async function ollama(model) {
  const client = new Ollama({ host: server });
  const messages = [{ role: "user", content: "Hello there" }];
  assert.equal((await client.chat({ model, messages })).message.content, said);
  let text = "";
  for await (const piece of await client.chat({ model, messages, stream: true })) text += piece.message.content;
  assert.equal(text, said);
  assert.equal((await client.generate({ model, prompt: "Hello there" })).response, said);
  const tools = [{ type: "function", function: { name: "weather", description: "", parameters } }];
  const called = await client.chat({ model, messages: [{ role: "user", content: question }], tools });
  assert.deepEqual(called.message.tool_calls.map((call) => call.function.arguments.city), cities);
  const filled = await client.chat({ model, messages, format: receipt });
  assert.equal(JSON.parse(filled.message.content).currency, "GBP");
  assert.ok((await client.list()).models.some((listed) => listed.name === model));
  await assert.rejects(client.chat({ model: "none", messages }), (error) => error.status_code === 404);
}

async function google(model) {
  const client = new GoogleGenAI({ apiKey: "none", httpOptions: { baseUrl: server, apiVersion: "v1beta" } });
  assert.equal((await client.models.generateContent({ model, contents: "Hello there" })).text, said);
  const usual = new GoogleGenAI({ apiKey: "none", httpOptions: { baseUrl: server } });
  assert.equal((await usual.models.generateContent({ model, contents: "Hello there" })).text, said);
  let text = "";
  for await (const piece of await client.models.generateContentStream({ model, contents: "Hello there" })) {
    text += piece.text ?? "";
  }
  assert.equal(text, said);
  const tools = [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: parameters }] }];
  const called = await client.models.generateContent({ model, contents: question, config: { tools } });
  assert.deepEqual(called.functionCalls.map((call) => call.args.city), cities);
  const config = { responseMimeType: "application/json", responseJsonSchema: receipt };
  const filled = await client.models.generateContent({ model, contents: "4.75", config });
  assert.equal(JSON.parse(filled.text).currency, "GBP");
  assert.ok((await client.models.countTokens({ model, contents: "Hello there" })).totalTokens > 1);
  await assert.rejects(client.models.generateContent({ model: "none", contents: "x" }), (error) => error.status === 404);
}

for (const client of [anthropic, ollama, google]) {
  for (const model of models) await client(model);
  console.log(`${client.name} for Node: all there`);
}
