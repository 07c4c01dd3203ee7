// OpenAI's own Node client makes, follows, lists, remixes and removes videos through a running Mediary.
//
// Takes the server's address: node videos.mjs http://127.0.0.1:8001. The model `fake/films` of upstream.py is behind it.
// Wants the packages of package.json beside it, and MEDIARY_SAMPLES, the folder of the samples.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";

import OpenAI, { toFile } from "openai";

const [server] = process.argv.slice(2);
const client = new OpenAI({ apiKey: "none", baseURL: `${server}/v1`, maxRetries: 0 });
const model = "fake/films";
const followed = async (video) => {
  while (!["completed", "failed"].includes(video.status)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    video = await client.videos.retrieve(video.id);
  }
  return video;
};

const done = await followed(await client.videos.create({ model, prompt: "a sign", seconds: "4", size: "1280x720" }));
assert.deepEqual([done.status, done.progress, done.seconds], ["completed", 100, "4"]);
const content = Buffer.from(await (await client.videos.downloadContent(done.id)).arrayBuffer());
assert.equal(content.subarray(4, 12).toString(), "ftypisom");

const sign = readFileSync(`${process.env.MEDIARY_SAMPLES}/sign.png`);
const input_reference = await toFile(sign, "sign.png", { type: "image/png" });
const started = await followed(await client.videos.create({ model, prompt: "from a picture", input_reference }));
assert.equal(started.status, "completed");

const remixed = await client.videos.remix(done.id, { prompt: "at night" });
assert.equal(remixed.remixed_from_video_id, done.id);
assert.equal((await followed(remixed)).status, "completed");
const listed = await client.videos.list({ limit: 1 });
assert.equal(listed.data[0].id, remixed.id);
assert.ok((await client.videos.delete(done.id)).deleted);
await assert.rejects(client.videos.retrieve(done.id), { status: 404 });
console.log("openai videos for Node: all there");
