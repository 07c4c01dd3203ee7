// OpenAI's own client for Node holds a live conversation with a running Mediary, as it does in a browser: with a client
// secret among the protocols of the socket.
//
// node realtime.mjs http://127.0.0.1:8001, with the packages of package.json beside it. The model is one of upstream.py.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";

const server = process.argv[2];
const asking = new OpenAI({ apiKey: "none", baseURL: `${server}/v1`, maxRetries: 0 });
const session = { type: "realtime", model: "fake/words", instructions: "Be brief.", output_modalities: ["text"] };
const { value } = await asking.realtime.clientSecrets.create({ session });
assert.ok(value.startsWith("ek_"));

const client = new OpenAI({ apiKey: value, baseURL: `${server}/v1`, dangerouslyAllowBrowser: true });
// The client speaks TLS unless it is told otherwise, whatever its base address says.
const onURL = (url) => (url.protocol = new URL(server).protocol === "https:" ? "wss:" : "ws:");
const wish = { model: "fake/words", dangerouslyAllowBrowser: true, onURL };
const conversation = new OpenAIRealtimeWebSocket(wish, client);
const late = setTimeout(() => {
  console.error("no answer came");
  process.exit(1);
}, 60_000);

const done = await new Promise((resolve, reject) => {
  let text = "";
  conversation.on("error", reject);
  conversation.on("session.created", (event) => {
    assert.equal(event.session.instructions, "Be brief.");
    const content = [{ type: "input_text", text: "Good morning." }];
    conversation.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
    conversation.send({ type: "response.create" });
  });
  conversation.on("response.output_text.delta", (event) => (text += event.delta));
  conversation.on("response.done", (event) => resolve({ text, response: event.response }));
});
assert.equal(done.response.status, "completed");
assert.ok(done.text.length > 0);
conversation.close();
clearTimeout(late);
console.log("ok: a live conversation");
