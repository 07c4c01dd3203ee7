// OpenAI's own Node client makes, changes and varies pictures through a running Mediary, and watches one grow.
//
// Takes the server's address: node images.mjs http://127.0.0.1:8001. The model `fake/paints` of upstream.py is behind it.
// Wants the packages of package.json beside it, and MEDIARY_SAMPLES, the folder of the samples.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";

import OpenAI, { toFile } from "openai";

const [server] = process.argv.slice(2);
const sign = readFileSync(`${process.env.MEDIARY_SAMPLES}/sign.png`);
const client = new OpenAI({ apiKey: "none", baseURL: `${server}/v1`, maxRetries: 0 });
const model = "fake/paints";
const file = () => toFile(sign, "sign.png", { type: "image/png" });
const isTheSign = (images, count = 1) => {
  assert.equal(images.data.length, count);
  for (const image of images.data) assert.ok(Buffer.from(image.b64_json, "base64").equals(sign));
};

isTheSign(await client.images.generate({ model, prompt: "a sign", n: 2 }), 2);
isTheSign(await client.images.edit({ model, image: await file(), prompt: "at night" }));
isTheSign(await client.images.edit({ model, image: [await file(), await file()], prompt: "both" }));
isTheSign(await client.images.createVariation({ model, image: await file() }));

const linked = await client.images.generate({ model, prompt: "a sign", response_format: "url" });
const fetched = await fetch(linked.data[0].url);
assert.equal(fetched.headers.get("content-type"), "image/png");
assert.ok(Buffer.from(await fetched.arrayBuffer()).equals(sign));

const kinds = [];
for await (const event of await client.images.generate({ model, prompt: "a sign", stream: true, partial_images: 2 })) {
  kinds.push(event.type);
  assert.ok(Buffer.from(event.b64_json, "base64").equals(sign));
}
assert.deepEqual(kinds, [
  "image_generation.partial_image",
  "image_generation.partial_image",
  "image_generation.completed",
]);
console.log("openai images for Node: all there");
