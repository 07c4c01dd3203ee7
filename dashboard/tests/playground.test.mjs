// The playground: chats with everything in them, speech, pictures with a mask, videos, embeddings, and how each came about.

import assert from 'node:assert/strict';
import { json, seriousFindings, streamed, test, until } from './harness.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAJ0lEQVR4nGNgGAVDAPxnYGD4T4pmBgYGBiZSNYxqGNUwqmFUw9ADAFdJAx+RDhZqAAAAAElFTkSuQmCC', 'base64');
const LOGGED = '[log]\nrequests = true\n';

async function say(page, words) {
  await page.getByLabel('Your message').fill(words);
  await page.getByLabel('Your message').press('Enter');
}

test('a chat streams, its markup stays text, and beside it stands how it came about', async ({ server, upstream, open }) => {
  const broken = await upstream({ '/v1/chat/completions': (_, response) => json(response, 500, { error: { message: 'down' } }) });
  const up = await upstream({
    '/v1/chat/completions': (_, response) => streamed(response, ['<img src=x ', 'onerror="document.title=1">', ' & <b>bold</b>']),
  });
  const served = await server({ config: `${LOGGED}${broken.provider('broken')}${up.provider('good')}\n[aliases]\nboth = ["broken/m", "good/m"]\n` });
  const page = await open(served, { at: 'playground' });
  await page.locator('#playground-task summary', { hasText: 'Settings' }).first().click();
  await page.getByLabel('Model or tier').first().fill('both');
  await say(page, 'What is <i>this</i>?');
  const talk = page.getByRole('log');
  await talk.getByText('<img src=x onerror="document.title=1"> & <b>bold</b>').waitFor();
  await talk.getByText('What is <i>this</i>?').waitFor();
  assert.equal(await talk.locator('b, i, img').count(), 0, 'markup is shown, not done');
  const how = page.getByRole('region', { name: 'How it came about' });
  await how.getByText('good/m').first().waitFor();
  await how.getByText('Overloaded or broken down.').waitFor();
  await how.getByRole('tab', { name: 'Plan' }).click();
  await how.getByText('broken/m').waitFor();
  await how.getByRole('tab', { name: 'JSON' }).click();
  await how.getByText('"stream": true').waitFor();
  for (const [tab, words] of [['curl', 'curl -sN'], ['Python', 'requests.post('], ['JavaScript', 'await fetch(']]) {
    await how.getByRole('tab', { name: tab }).click();
    await how.getByText(words).waitFor();
  }
  assert.deepEqual(await seriousFindings(page), []);
});

test('a file goes along, and one that is too large says so before it is sent', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: `[limits.image]\nbytes = "20 kB"\n${up.provider('a')}` });
  const page = await open(served, { at: 'playground' });
  const input = page.locator('#playground-task input[type=file]').first();
  await input.setInputFiles({ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(30_000) });
  await page.getByText(/huge\.png has 30 kB, and the most is 20 kB \(limits\.image\.bytes\)/).waitFor();
  await input.setInputFiles({ name: 'small.png', mimeType: 'image/png', buffer: PNG });
  await say(page, 'What is it?');
  await page.getByText('Hello from the fake.').waitFor();
  const chats = up.seen.filter(({ path }) => path === '/v1/chat/completions');
  assert.equal(chats.length, 1, 'what is too large was never sent');
  const part = chats[0].body.messages[0].content.find(({ type }) => type === 'image_url');
  assert.ok(part.image_url.url.startsWith('data:image/png;base64,'));
});

test('the camera takes a picture that goes along', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'playground' });
  await page.getByRole('button', { name: 'Camera' }).first().click();
  const dialog = page.getByRole('dialog');
  await until('the camera shows something', () => dialog.locator('video').evaluate((video) => video.videoWidth > 0));
  await dialog.getByRole('button', { name: 'Take the picture' }).click();
  await page.getByRole('button', { name: 'Remove photo.jpg' }).waitFor();
  await until('the camera is off', async () => (await dialog.count()) === 0 || !(await dialog.first().isVisible()));
  await say(page, 'What do you see?');
  await page.getByText('Hello from the fake.').waitFor();
  const [, part] = up.seen.findLast(({ path }) => path === '/v1/chat/completions').body.messages[0].content;
  assert.ok(part.image_url.url.startsWith('data:image/jpeg;base64,'));
});

test('functions are called and answered, and thoughts are shown apart', async ({ server, upstream, open }) => {
  const up = await upstream({
    '/v1/chat/completions': (_, response, body) => {
      const result = body.messages.find(({ role }) => role === 'tool');
      const message = result
        ? { role: 'assistant', content: `It is ${result.content} there.` }
        : { role: 'assistant', content: null, reasoning_content: 'I need the weather.', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }] };
      json(response, 200, { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [{ index: 0, message, finish_reason: result ? 'stop' : 'tool_calls' }], usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 } });
    },
  });
  const model = '{ id = "m", accepts = ["text"], tools = true, reasoning = true, tiers = { fast = 1, standard = 1 } }';
  const served = await server({ config: up.provider('a', [model]) });
  const page = await open(served, { at: 'playground' });
  await page.locator('#playground-task summary', { hasText: 'Settings' }).first().click();
  await page.getByLabel('As it is written').uncheck();
  await page.getByLabel('With functions').check();
  await say(page, 'How is Oslo?');
  await page.getByText('weather({"city":"Oslo"})').waitFor();
  await page.getByText('Thinking', { exact: true }).first().waitFor();
  await page.getByLabel('What weather gives').fill('sunny');
  await page.getByRole('button', { name: 'Send the results' }).click();
  await page.getByText('It is sunny there.').waitFor();
  const told = up.seen.at(-1).body.messages;
  assert.deepEqual(told.map(({ role }) => role), ['user', 'assistant', 'tool']);
  assert.equal(told[2].tool_call_id, told[1].tool_calls[0].id);
});

test('five hundred tokens a second all arrive, and how long frames took is told', async ({ server, upstream, open }) => {
  const tokens = Array.from({ length: 1500 }, (_, index) => `w${index}${index % 20 === 19 ? '\n' : ' '}`);
  const up = await upstream({
    '/v1/chat/completions': async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = (delta, finish_reason = null) => response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`);
      const began = performance.now();
      for (let sent = 0; sent < tokens.length;) {
        const due = Math.min(tokens.length, Math.ceil((performance.now() - began) / 2));
        for (; sent < due; sent += 1) chunk({ content: tokens[sent] });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      chunk({}, 'stop');
      response.end('data: [DONE]\n\n');
    },
  });
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'playground' });
  await page.evaluate(() => {
    globalThis.frames_ms = [];
    let last = performance.now();
    const frame = (now) => {
      globalThis.frames_ms.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await say(page, 'Go on.');
  await page.getByText('w1499').waitFor({ timeout: 60_000 });
  await page.getByText(/tokens a second/).first().waitFor();
  const text = await page.locator('.turn.assistant .text').first().evaluate((text) => [...text.children].map((block) => block.textContent).join('\n'));
  assert.equal(text.replaceAll('\n', ' ').trim(), tokens.join('').replaceAll('\n', ' ').trim());
  const frames = (await page.evaluate(() => globalThis.frames_ms)).slice(1).sort((a, b) => b - a);
  console.log(`# frames while 500 tokens a second came: ${frames.length}, the longest ${frames.slice(0, 3).map(Math.round).join(', ')} ms, ${frames.filter((ms) => ms > 50).length} over 50 ms`);
});

test('a dead upstream and a stream that breaks off are told where they happened, and nothing typed is lost', async ({ server, upstream, open }) => {
  const dead = await upstream();
  const config = dead.provider('dead');
  const cut = await upstream({
    '/v1/chat/completions': (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { role: 'assistant', content: 'Half of ' }, finish_reason: null }] })}\n\n`);
      setTimeout(() => response.destroy(), 100);
    },
  });
  // It ends when the other one has its port, which would else be given to that.
  await dead.end();
  dead.end = async () => undefined;
  const served = await server({ config: `${config}${cut.provider('cut')}` });
  const page = await open(served, { at: 'playground' });
  await page.locator('#playground-task summary', { hasText: 'Settings' }).first().click();
  await page.getByLabel('Model or tier').first().fill('dead/m');
  await say(page, 'Are you there?');
  const alert = page.getByRole('log').getByRole('alert');
  await alert.waitFor();
  assert.match(await alert.innerText(), /dead\/m|target|attempt/i);
  await alert.getByRole('button', { name: 'Try again' }).waitFor();
  await page.getByText('Are you there?').waitFor();
  await page.getByRole('button', { name: 'Begin anew' }).click();
  await page.getByLabel('Model or tier').first().fill('cut/m');
  await say(page, 'And you?');
  await page.getByText('Half of').waitFor();
  await page.getByRole('log').getByRole('alert').waitFor();
});

test('the microphone is heard and written down, and a text is spoken', async ({ server, upstream, open }) => {
  const tone = wav();
  const up = await upstream({
    '/v1/audio/transcriptions': (_, response) => json(response, 200, { text: 'Beep, beep.' }),
    '/v1/audio/speech': (_, response) => response.writeHead(200, { 'content-type': 'audio/wav' }).end(tone),
  });
  const models = ['{ id = "ear", tasks = ["transcription"], accepts = ["audio"] }', '{ id = "mouth", tasks = ["speech"], voices = ["alto"] }'];
  const served = await server({ config: up.provider('a', models) });
  const page = await open(served, { at: 'playground/listen' });
  const panel = page.locator('#playground-task > div:not([hidden])');
  await panel.getByRole('button', { name: 'Record', exact: true }).click();
  await panel.getByRole('button', { name: /Stop after [1-9]/ }).click();
  await panel.getByRole('button', { name: /^Remove recording/ }).waitFor();
  await panel.getByRole('button', { name: 'Write it down' }).click();
  await panel.getByText('Beep, beep.').first().waitFor();
  const heard = up.seen.find(({ path }) => path === '/v1/audio/transcriptions');
  assert.ok(heard.body.length > 1000, 'the recording reached the provider');
  await page.getByRole('tab', { name: 'Text to speech' }).click();
  await panel.getByLabel('What is to be said').fill('Good morning.');
  await panel.getByLabel('Form').selectOption('wav');
  await panel.getByRole('button', { name: 'Speak' }).click();
  await panel.locator('audio').waitFor();
  const seconds = await until('the sound can be played', () => panel.locator('audio').evaluate((audio) => audio.duration || 0));
  assert.ok(seconds > 0.3, `${seconds}`);
  assert.deepEqual(await seriousFindings(page), []);
});

test('a picture is made, painted on, and changed where the brush was', async ({ server, upstream, open }) => {
  const picture = { created: 1, data: [{ b64_json: gradient().toString('base64') }] };
  const up = await upstream({
    '/v1/images/generations': (_, response) => json(response, 200, picture),
    '/v1/images/edits': (_, response) => json(response, 200, picture),
  });
  const model = '{ id = "paints", tasks = ["image_generation", "image_edit"], images = { sources = 4, mask = "alpha" } }';
  const served = await server({ config: up.provider('a', [model]) });
  const page = await open(served, { at: 'playground/pictures' });
  const panel = page.locator('#playground-task > div:not([hidden])');
  await panel.getByLabel('What is to be seen').fill('a fox');
  await panel.getByRole('button', { name: 'Make', exact: true }).click();
  await panel.getByRole('img', { name: 'A picture that was made' }).waitFor();
  await panel.getByRole('button', { name: 'Change this one' }).click();
  const easel = panel.getByRole('application');
  await easel.waitFor();
  await until('the picture is on the easel', () => easel.locator('canvas').evaluate((canvas) => canvas.width === 64));
  const box = await easel.locator('canvas').boundingBox();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await easel.press('ArrowDown');
  await easel.press(' ');
  assert.deepEqual(await seriousFindings(page), []);
  await panel.getByLabel('How it is to be changed').fill('make it blue');
  await panel.getByRole('button', { name: 'Change', exact: true }).click();
  await until('the provider was asked', () => up.seen.some(({ path }) => path === '/v1/images/edits'));
  const sent = up.seen.find(({ path }) => path === '/v1/images/edits').body.toString('latin1');
  assert.ok(/name="mask"/.test(sent), 'the mask goes along');
  assert.ok(/make it blue/.test(sent));
});

test('a video is a job that is followed to its end', async ({ server, upstream, open }) => {
  let film = Buffer.alloc(0);
  const up = await upstream({
    '/v1/videos': (_, response) => json(response, 200, { id: 'film-1', object: 'video', status: 'queued', progress: 0 }),
    '/v1/videos/film-1': (_, response) => json(response, 200, { id: 'film-1', object: 'video', status: 'completed', progress: 100 }),
    '/v1/videos/film-1/content': (_, response) => response.writeHead(200, { 'content-type': 'video/webm' }).end(film),
  });
  const served = await server({ config: up.provider('a', ['{ id = "films", tasks = ["video_generation"], video = { seconds = [4, 8], sizes = ["1280x720"] } }']) });
  const page = await open(served, { at: 'playground/videos' });
  // The browser makes a real one, which programs that look into it take for one.
  film = Buffer.from(await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' });
    const pieces = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.start();
    // A busy machine takes its time until the first picture is in it.
    const size = () => pieces.reduce((sum, piece) => sum + piece.size, 0);
    for (let step = 0; step < 10 || (size() < 1000 && step < 500); step += 1) {
      canvas.getContext('2d').fillRect((step % 10) * 10, step % 3, 10, 80);
      if (step >= 10) recorder.requestData();
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.stop();
    await ended;
    return [...new Uint8Array(await new Blob(pieces).arrayBuffer())];
  }));
  const panel = page.locator('#playground-task > div:not([hidden])');
  await panel.getByText('No video was asked for yet.').waitFor();
  await panel.getByLabel('What is to be seen').fill('a <b>fox</b>');
  await panel.getByRole('button', { name: 'Make', exact: true }).click();
  const job = panel.locator('article');
  await job.getByText('a <b>fox</b>').waitFor();
  await job.getByText('done', { exact: true }).waitFor({ timeout: 60_000 });
  await job.getByRole('button', { name: 'Look at it' }).click();
  await job.locator('video').waitFor();
  await job.getByRole('button', { name: 'Remove' }).click();
  await panel.getByText('No video was asked for yet.').waitFor();
});

test('texts become vectors, and how near they lie is shown', async ({ server, upstream, open }) => {
  const vectors = { red: [1, 0, 0], scarlet: [0.9, 0.1, 0], Tuesday: [0, 0, 1] };
  const up = await upstream({
    '/v1/embeddings': (_, response, body) => json(response, 200, {
      object: 'list', model: 'm', usage: { prompt_tokens: 3, total_tokens: 3 },
      data: [body.input].flat().map((text, index) => ({ object: 'embedding', index, embedding: vectors[text] })),
    }),
  });
  const served = await server({ config: up.provider('a', ['{ id = "e", tasks = ["embedding"] }']) });
  const page = await open(served, { at: 'playground/embed', language: 'es', theme: 'dark', width: 390 });
  await page.getByLabel('Textos').fill('red\nscarlet\nTuesday');
  await page.getByLabel('Modelo o nivel').last().fill('a/e');
  await page.getByRole('button', { name: 'Crear vectores' }).click();
  const cells = page.locator('table tbody td');
  await until('each with each', async () => (await cells.count()) === 9);
  assert.deepEqual((await cells.allInnerTexts()).map((text) => text.trim()), ['1', '0,99', '0', '0,99', '1', '0', '0', '0', '1']);
  assert.deepEqual(await seriousFindings(page), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
});

test('a large file is seen going up, and one that is hardly too large is told by how much', async ({ server, upstream, open }) => {
  const up = await upstream({ '/v1/audio/transcriptions': (_, response) => json(response, 200, { text: 'Nothing but hum.' }) });
  const served = await server({ config: `[limits.audio]\nbytes = "7 MB"\n${up.provider('a', ['{ id = "ear", tasks = ["transcription"], accepts = ["audio"] }'])}` });
  const page = await open(served, { at: 'playground/listen' });
  const panel = page.locator('#playground-task > div:not([hidden])');
  const most = (await (await fetch(`${served.url}/api/admin/health`, { headers: { cookie: (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ') } })).json()).limits.audio_bytes;
  await panel.locator('input[type=file]').setInputFiles({ name: 'long.wav', mimeType: 'audio/wav', buffer: Buffer.alloc(most + 900) });
  await panel.getByText(/long\.wav is 900 B larger than the most that is taken/).waitFor();
  const slow = await page.context().newCDPSession(page);
  await slow.send('Network.enable');
  await slow.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 700_000 });
  await panel.locator('input[type=file]').setInputFiles({ name: 'silence.wav', mimeType: 'audio/wav', buffer: wav(2_900_000) });
  await panel.getByRole('button', { name: 'Write it down' }).click();
  await panel.getByRole('progressbar', { name: 'How much has been sent' }).waitFor();
  await panel.getByText('Nothing but hum.').first().waitFor();
  assert.ok(up.seen.find(({ path }) => path === '/v1/audio/transcriptions').body.length > 100, 'the recording reached the provider');
});

test('documents are ranked, texts and pictures judged, and a beginning is gone on with, each with its plan', async ({ server, upstream, open }) => {
  const up = await upstream({
    '/v1/rerank': (_, response) => json(response, 200, { id: 'r', results: [{ index: 1, relevance_score: 0.91 }, { index: 0, relevance_score: 0.12 }], usage: { total_tokens: 9 } }),
    '/v1/moderations': (_, response) => json(response, 200, {
      id: 'j', model: 'judge', results: [{ flagged: true, categories: { hate: false, violence: true }, category_scores: { hate: 0.01, violence: 0.87 } }],
    }),
    '/v1/completions': (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const piece = (text, finish_reason = null) => response.write(`data: ${JSON.stringify({ id: 'p', object: 'text_completion', created: 1, model: 'goes-on', choices: [{ index: 0, text, finish_reason }] })}\n\n`);
      for (const text of [' there was', ' <b>a king</b>.']) piece(text);
      piece('', 'stop');
      response.end('data: [DONE]\n\n');
    },
  });
  const models = [
    '{ id = "ranks", tasks = ["rerank"] }', '{ id = "judges", tasks = ["moderation"], accepts = ["text", "image"] }',
    '{ id = "goes-on", tasks = ["completion"] }',
  ];
  const served = await server({ config: `${LOGGED}${up.provider('a', models)}` });
  const page = await open(served, { at: 'playground/rank' });
  const panel = page.locator('#playground-task > div:not([hidden])');
  const how = panel.getByRole('region', { name: 'How it came about' });
  const planned = async (target) => {
    await how.getByText(target).first().waitFor();
    await how.getByRole('tab', { name: 'Plan' }).click();
    await how.locator('ol').getByText(target).first().waitFor();
    for (const [tab, words] of [['curl', 'curl -s'], ['Python', 'requests.post('], ['JavaScript', 'await fetch(']]) {
      await how.getByRole('tab', { name: tab }).click();
      await how.getByText(words).waitFor();
    }
    assert.deepEqual(await seriousFindings(page), []);
  };
  await panel.getByLabel('Query').fill('red fox');
  await panel.getByLabel('Documents').fill('a grey wolf\na vixen <i>in</i> the snow');
  await panel.getByLabel('Model or tier').fill('a/ranks');
  await panel.getByRole('button', { name: 'Rank them' }).click();
  const ranks = panel.getByRole('list', { name: 'The documents, the best first' }).getByRole('listitem');
  await ranks.first().getByText('a vixen <i>in</i> the snow').waitFor();
  await ranks.first().getByText('0.91').waitFor();
  await planned('a/ranks');
  assert.deepEqual(up.seen.find(({ path }) => path === '/v1/rerank').body.documents, ['a grey wolf', 'a vixen <i>in</i> the snow']);

  await page.getByRole('tab', { name: 'Moderation' }).click();
  await panel.getByLabel('What is to be judged').fill('Is this nice?');
  await panel.locator('input[type=file]').setInputFiles({ name: 'small.png', mimeType: 'image/png', buffer: PNG });
  await panel.getByLabel('Model or tier').fill('a/judges');
  await panel.getByRole('button', { name: 'Judge it' }).click();
  await panel.getByText('flagged', { exact: true }).waitFor();
  await panel.getByRole('list', { name: 'Categories, the gravest first' }).getByRole('listitem').first().getByText('violence').waitFor();
  await planned('a/judges');
  const judged = up.seen.find(({ path }) => path === '/v1/moderations').body.input;
  assert.deepEqual(judged.map(({ type }) => type), ['text', 'image_url']);

  await page.getByRole('tab', { name: 'Completion' }).click();
  await panel.getByLabel('Beginning of the text').fill('Once upon a time');
  await panel.getByLabel('Model or tier').fill('a/goes-on');
  await panel.getByRole('button', { name: 'Go on' }).click();
  await panel.getByText('there was <b>a king</b>.').waitFor();
  await planned('a/goes-on');
  assert.equal(up.seen.find(({ path }) => path === '/v1/completions').body.prompt, 'Once upon a time');
});

/** A tone, half a second of it or longer, as WAV. */
function wav(samples = 8000) {
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8);
  for (const [at, size, value] of [[16, 4, 16], [20, 2, 1], [22, 2, 1], [24, 4, 16000], [28, 4, 32000], [32, 2, 2], [34, 2, 16]]) file.writeUIntLE(value, at, size);
  file.write('data', 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at += 1) file.writeInt16LE(Math.round(8000 * Math.sin(at / 6)), 44 + at * 2);
  return file;
}

/** A picture of 64 by 64 with more than one colour, as an uncompressed BMP: a format that needs no library. */
function gradient() {
  const side = 64;
  const file = Buffer.alloc(54 + side * side * 3);
  file.write('BM', 0);
  for (const [at, size, value] of [[2, 4, file.length], [10, 4, 54], [14, 4, 40], [18, 4, side], [22, 4, side], [26, 2, 1], [28, 2, 24]]) file.writeUIntLE(value, at, size);
  for (let at = 0; at < side * side; at += 1) file.set([at % side * 4, Math.floor(at / side) * 4, 128], 54 + at * 3);
  return file;
}

test('a conversation stays while other pages are seen', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'playground' });
  await say(page, 'Are you there?');
  await page.getByText('Hello from the fake.').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  assert.equal(await page.getByText('Hello from the fake.').isVisible(), false);
  await page.getByRole('link', { name: 'Playground' }).click();
  await page.getByText('Hello from the fake.').waitFor();
  await page.getByText('Are you there?').waitFor();
});

test('a picture that cannot be shown says so where the brush would be', async ({ server, upstream, open }) => {
  const up = await upstream();
  const model = '{ id = "paints", tasks = ["image_generation", "image_edit"], images = { sources = 4, mask = "alpha" } }';
  const page = await open(await server({ config: up.provider('a', [model]) }), { at: 'playground/pictures' });
  const panel = page.locator('#playground-task > div:not([hidden])');
  await panel.getByRole('tab').nth(1).click();
  await panel.locator('input[type=file]').first().setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: PNG.subarray(0, 30) });
  await panel.getByRole('alert').getByText('broken.png cannot be shown').waitFor();
});
