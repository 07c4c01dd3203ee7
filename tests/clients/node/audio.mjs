// OpenAI's own client for Node against a running Mediary: recordings become words, words become sound.
//
// node audio.mjs http://127.0.0.1:8001, with the packages of package.json beside it and the samples in MEDIARY_SAMPLES.
// The targets are those of upstream.py.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import OpenAI from "openai";

const HEARD = "You sent a recording.";
const client = new OpenAI({ apiKey: "none", baseURL: `${process.argv[2]}/v1`, maxRetries: 0 });
const recording = () => fs.createReadStream(path.join(process.env.MEDIARY_SAMPLES, "chime.wav"));

const checks = {
  async transcribes() {
    const whole = await client.audio.transcriptions.create({ model: "fake/ear", file: recording() });
    assert.equal(whole.text, HEARD);
    const verbose = await client.audio.transcriptions.create({
      model: "fake/ear",
      file: recording(),
      response_format: "verbose_json",
      timestamp_granularities: ["word", "segment"],
    });
    assert.equal(verbose.words[0].word, "You");
    assert.ok(verbose.segments.length > 0);
  },
  async streams() {
    const stream = await client.audio.transcriptions.create({ model: "fake/ear", file: recording(), stream: true });
    let text = "";
    let last;
    for await (const event of stream) {
      if (event.type === "transcript.text.delta") text += event.delta;
      last = event;
    }
    assert.equal(text, HEARD);
    assert.deepEqual([last.type, last.text], ["transcript.text.done", HEARD]);
  },
  async translates() {
    const english = await client.audio.translations.create({ model: "fake/ear", file: recording() });
    assert.equal(english.text, `In English: ${HEARD}`);
  },
  async speaks() {
    for (const [form, beginning] of [["flac", "fLaC"], ["opus", "OggS"], ["wav", "RIFF"]]) {
      const speech = await client.audio.speech.create({
        model: "fake/mouth",
        voice: "alloy",
        input: "Good morning.",
        response_format: form,
      });
      const bytes = Buffer.from(await speech.arrayBuffer());
      assert.equal(bytes.subarray(0, 4).toString("latin1"), beginning);
    }
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok: ${name}`);
}
