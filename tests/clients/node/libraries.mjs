// Client libraries for Node against a running Mediary with the strict providers of strict.py behind it.
//
// Takes the server's address, that of the providers, and the targets to ask:
// node libraries.mjs http://127.0.0.1:8001 --upstream http://127.0.0.1:9000 openai/gpt-5-mini
// Wants the packages of package.json beside it, and MEDIARY_SAMPLES, the folder of the samples. A failure names library,
// target and feature, and shows what the provider saw; the exit status is 1 when there was one.

import { readFileSync } from "node:fs";
import process from "node:process";

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatAnthropic } from "@langchain/anthropic";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool as langchainTool } from "@langchain/core/tools";
import { ChatOllama } from "@langchain/ollama";
import { ChatOpenAI } from "@langchain/openai";
import { generateText, Output, stepCountIs, streamText, tool as vercelTool } from "ai";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

const [server, , upstream, ...targets] = process.argv.slice(2);
const samples = process.env.MEDIARY_SAMPLES;
const sign = readFileSync(`${samples}/sign.png`);
const signUrl = `data:image/png;base64,${sign.toString("base64")}`;
const seen = `I saw image/png of ${sign.length} bytes`;
const pdf = readFileSync(`${samples}/invoice.pdf`);
const sound = readFileSync(`${samples}/chime.wav`);
const question = "Say the word lantern, slowly";
const said = `You said: ${question}`;
const askedWeather = "Is it warmer in Paris or in Oslo?";
const reports = { Paris: "Paris: mild, 18 degrees", Oslo: "Oslo: cold, 3 degrees" };
const described = "The weather in a city, now";
const City = z.object({ city: z.string() });
const Receipt = z.object({ shop: z.string().min(1), total: z.number().min(0), currency: z.string().length(3) });
const receipt = { shop: "Marlow's", total: 4.75, currency: "GBP" };

function is(found, expected) {
  if (found !== expected) throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

function streams(pieces) {
  const told = pieces.filter((piece) => piece);
  if (told.length < 2) throw new Error(`not in pieces: ${JSON.stringify(pieces)}`);
  is(told.join(""), said);
}

function reported(text) {
  for (const report of Object.values(reports)) {
    if (!text?.includes(report)) throw new Error(`${JSON.stringify(text)} lacks ${report}`);
  }
}

function isReceipt(found) {
  is(JSON.stringify({ ...receipt, ...found }), JSON.stringify(receipt));
  is(Object.keys(found ?? {}).length, 3);
}

// A file reaches the model as it is, as pictures of its pages, or as the text that was made of it.
function given(text, mime, size, ending) {
  if (ending === "pdf" && text?.startsWith("I saw image/")) return;
  const wasRead = text?.startsWith("You said: ") && text.includes(`attached file (${ending})`);
  if (!wasRead) is(text, `I was given ${mime} of ${size} bytes`);
}

async function gathered(stream, piece) {
  const pieces = [];
  for await (const chunk of stream) pieces.push(piece(chunk));
  return pieces;
}

function openai(model) {
  const client = new OpenAI({ apiKey: "none", baseURL: `${server}/v1`, maxRetries: 0 }).chat.completions;
  const user = (content) => [{ role: "user", content }];
  const tools = [{ type: "function", function: {
    name: "weather", description: described,
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  } }];
  const runnable = [{ type: "function", function: {
    ...tools[0].function, parse: JSON.parse, function: ({ city }) => reports[city],
  } }];
  return {
    async chat() {
      const answer = await client.create({ model, messages: user(question), temperature: 0.2, max_tokens: 500 });
      is(answer.choices[0].message.content, said);
    },
    async stream() {
      const stream = await client.create({ model, messages: user(question), stream: true });
      streams(await gathered(stream, (chunk) => chunk.choices[0]?.delta.content));
    },
    async tools() {
      const runner = client.runTools({ model, messages: user(askedWeather), tools: runnable });
      reported(await runner.finalContent());
    },
    async streamedTools() {
      const runner = client.runTools({ model, messages: user(askedWeather), tools: runnable, stream: true });
      reported(await runner.finalContent());
    },
    async schema() {
      const format = zodResponseFormat(Receipt, "receipt");
      const answer = await client.parse({ model, messages: user("The receipt"), response_format: format });
      isReceipt(answer.choices[0].message.parsed);
    },
    async image() {
      const shown = [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: signUrl } }];
      const answer = await client.create({ model, messages: user(shown) });
      is(answer.choices[0].message.content, seen);
    },
    async pdf() {
      const file = { filename: "invoice.pdf", file_data: `data:application/pdf;base64,${pdf.toString("base64")}` };
      const shown = [{ type: "text", text: "What is it?" }, { type: "file", file }];
      const answer = await client.create({ model, messages: user(shown) });
      given(answer.choices[0].message.content, "application/pdf", pdf.length, "pdf");
    },
    async audio() {
      const audio = { data: sound.toString("base64"), format: "wav" };
      const shown = [{ type: "text", text: "What is it?" }, { type: "input_audio", input_audio: audio }];
      const answer = await client.create({ model, messages: user(shown) });
      given(answer.choices[0].message.content, "audio/wav", sound.length, "wav");
    },
  };
}

function langchain(chat, methods) {
  const weather = langchainTool(({ city }) => reports[city], { name: "weather", description: described, schema: City });
  async function loop(ask) {
    const bound = chat.bindTools([weather]);
    const messages = [new HumanMessage(askedWeather)];
    const told = await ask(bound, messages);
    messages.push(told);
    for (const call of told.tool_calls) {
      messages.push(new ToolMessage({ content: await weather.invoke(call.args), tool_call_id: call.id }));
    }
    reported((await ask(bound, messages)).text);
  }
  return {
    async chat() { is((await chat.invoke(question)).text, said); },
    async stream() { streams(await gathered(await chat.stream(question), (chunk) => chunk.text)); },
    async tools() { await loop((bound, messages) => bound.invoke(messages)); },
    async streamedTools() {
      await loop(async (bound, messages) => {
        const chunks = await gathered(await bound.stream(messages), (chunk) => chunk);
        return chunks.reduce((all, chunk) => all.concat(chunk));
      });
    },
    async schema() {
      for (const method of methods) {
        isReceipt(await chat.withStructuredOutput(Receipt, { name: "receipt", method }).invoke("The receipt"));
      }
    },
    async image() {
      const shown = [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: signUrl } }];
      is((await chat.invoke([new HumanMessage({ content: shown })])).text, seen);
    },
  };
}

function vercel(model) {
  const tools = { weather: vercelTool({
    description: described, inputSchema: City, execute: async ({ city }) => reports[city],
  }) };
  const fields = { model, maxRetries: 0 };
  const loop = { ...fields, prompt: askedWeather, tools, stopWhen: stepCountIs(4) };
  return {
    async chat() { is((await generateText({ ...fields, prompt: question, temperature: 0.2 })).text, said); },
    async stream() {
      streams(await gathered(streamText({ ...fields, prompt: question }).textStream, (piece) => piece));
    },
    async tools() { reported((await generateText(loop)).text); },
    async streamedTools() { reported(await streamText(loop).text); },
    async schema() {
      const output = Output.object({ schema: Receipt });
      isReceipt((await generateText({ ...fields, prompt: "The receipt", output })).output);
    },
    async image() {
      const content = [{ type: "text", text: "What is it?" }, { type: "image", image: sign, mediaType: "image/png" }];
      is((await generateText({ ...fields, messages: [{ role: "user", content }] })).text, seen);
    },
    async pdf() {
      const file = { type: "file", data: pdf, mediaType: "application/pdf", filename: "invoice.pdf" };
      const content = [{ type: "text", text: "What is it?" }, file];
      const { text } = await generateText({ ...fields, messages: [{ role: "user", content }] });
      given(text, "application/pdf", pdf.length, "pdf");
    },
  };
}

const there = { baseURL: `${server}/v1`, apiKey: "none" };
const libraries = {
  "openai": openai,
  "@langchain/openai": (model) => langchain(
    new ChatOpenAI({ model, apiKey: "none", maxRetries: 0, configuration: { baseURL: `${server}/v1` } }),
    ["jsonSchema", "functionCalling"]),
  "@langchain/openai, Responses": (model) => langchain(
    new ChatOpenAI({
      model, apiKey: "none", maxRetries: 0, useResponsesApi: true, configuration: { baseURL: `${server}/v1` },
    }),
    ["jsonSchema", "functionCalling"]),
  "@langchain/anthropic": (model) => langchain(
    new ChatAnthropic({ model, apiKey: "none", maxRetries: 0, anthropicApiUrl: server }), ["functionCalling"]),
  "@langchain/ollama": (model) => langchain(
    new ChatOllama({ model, baseUrl: server, maxRetries: 0 }), ["jsonSchema"]),
  "@ai-sdk/anthropic": (model) => vercel(createAnthropic({ ...there, baseURL: `${server}/v1` })(model)),
  "@ai-sdk/openai": (model) => vercel(createOpenAI(there).chat(model)),
  "@ai-sdk/openai, Responses": (model) => vercel(createOpenAI(there).responses(model)),
  "@ai-sdk/openai-compatible": (model) => vercel(
    createOpenAICompatible({ ...there, name: "mediary", supportsStructuredOutputs: true })(model)),
};

async function log() {
  return (await fetch(`${upstream}/log`)).json();
}

let failed = 0;
for (const [name, library] of Object.entries(libraries)) {
  const before = failed;
  let features;
  for (const target of targets) {
    features = library(target);
    for (const [feature, attempt] of Object.entries(features)) {
      await log();
      let trouble;
      try { await attempt(); } catch (error) { trouble = error; }
      const asked = await log();
      const refused = asked.map((entry) => entry.refused).filter((reason) => reason);
      if (trouble === undefined && refused.length === 0) continue;
      failed += 1;
      const shown = asked.slice(-3).map((entry) => JSON.stringify(entry).slice(0, 6000)).join("\n") || "nothing";
      console.error(`FAILED: ${name}, ${target}, ${feature}: ${trouble?.stack ?? ""}`);
      console.error(`refused by the provider: ${JSON.stringify(refused)}\nthe provider saw:\n${shown}`);
    }
  }
  console.log(failed === before ? `ok: ${name}: ${Object.keys(features).join(", ")}` : `tried: ${name}`);
}
process.exit(failed ? 1 : 0);
