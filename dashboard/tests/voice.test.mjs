// A live conversation: the microphone of the browser is heard, what comes back is played and written down.

import assert from 'node:assert/strict';
import { seriousFindings, streamed, test, until } from './harness.mjs';
import { LiveVendor } from './socket.mjs';

const tone = Buffer.from(Int16Array.from({ length: 4800 }, (_, at) => 8000 * Math.sin(at / 10)).buffer).toString('base64');

/** Answers what is heard once, and what is written always. */
function talking() {
  let hasHeard = false;
  const answer = (id, words) => [
    { type: 'response.created', response: { id } },
    { type: 'response.output_audio_transcript.delta', item_id: id, delta: words },
    { type: 'response.output_audio.delta', item_id: id, delta: tone },
    { type: 'response.output_audio_transcript.done', item_id: id, transcript: words },
    { type: 'response.done', response: { id, status: 'completed', usage: { total_tokens: 12, input_tokens: 7, output_tokens: 5 } } },
  ];
  return (event) => {
    if (event.type === 'response.create') return answer('written', 'You wrote that.');
    if (event.type !== 'input_audio_buffer.append' || hasHeard) return [];
    hasHeard = true;
    return [
      { type: 'input_audio_buffer.speech_started', item_id: 'said', audio_start_ms: 0 },
      { type: 'input_audio_buffer.speech_stopped', item_id: 'said', audio_end_ms: 100 },
      { type: 'input_audio_buffer.committed', item_id: 'said' },
      ...answer('answered', 'I hear a <b>tone</b>.'),
      { type: 'conversation.item.input_audio_transcription.completed', item_id: 'said', transcript: 'Beep, beep.' },
    ];
  };
}

const greets = [{ type: 'session.created', session: { id: 'sess_1' } }];

test('what the microphone hears is answered in sound, and both are written down', async ({ server, open }) => {
  const vendor = await LiveVendor.start(greets, talking());
  try {
    const served = await server({ config: vendor.provider('live', 'gpt-realtime') });
    const page = await open(served, { at: 'voice' });
    await page.getByLabel('What the model is told beforehand').fill('Be brief.');
    await page.getByRole('button', { name: 'Begin to speak' }).click();
    const log = page.getByRole('log', { name: 'What was said' });
    await log.getByText('Beep, beep.').waitFor();
    // Markup that a model says stays text.
    await log.getByText('I hear a <b>tone</b>.').waitFor();
    await page.getByText('12 tokens so far').waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    const update = vendor.seen.find(({ type }) => type === 'session.update');
    assert.equal(update.session.instructions, 'Be brief.');
    assert.equal(update.session.audio.input.transcription.model, 'whisper-1');
    const loud = ({ type, audio }) => type === 'input_audio_buffer.append' && Buffer.from(audio, 'base64').some((byte) => byte !== 0);
    await until('the microphone is heard', () => vendor.seen.some(loud));
    const pieces = vendor.seen.filter(({ type }) => type === 'input_audio_buffer.append');
    assert.equal(Buffer.from(pieces[0].audio, 'base64').length, 4800, 'a tenth of a second');
    // Muted, it is not.
    await page.getByRole('button', { name: 'Mute the microphone' }).click();
    await page.getByLabel('Say it in writing').fill('And this?');
    await page.getByRole('button', { name: 'Send' }).click();
    await log.getByText('You wrote that.').waitFor();
    const written = vendor.seen.find(({ type }) => type === 'conversation.item.create');
    assert.equal(written.item.content[0].text, 'And this?');
    await page.getByRole('button', { name: 'End the conversation' }).click();
    await page.getByRole('button', { name: 'Begin to speak' }).waitFor();
    await until('the provider is let go', () => vendor.open === 0);
  } finally {
    await vendor.end();
  }
});

test('a provider that leaves is followed by a chat, and the page says so', async ({ server, upstream, open }) => {
  const up = await upstream({ '/v1/chat/completions': (_, response) => streamed(response, ['I go on.']) });
  const vendor = await LiveVendor.start(greets, () => []);
  try {
    const served = await server({ config: `${up.provider('a')}${vendor.provider('live', 'gpt-realtime')}` });
    const page = await open(served, { at: 'voice' });
    await page.getByRole('button', { name: 'Begin to speak' }).click();
    await page.getByText('It listens.').waitFor();
    await until('the provider is there', () => vendor.open === 1);
    for (const socket of vendor.sockets) socket.destroy();
    await page.getByRole('log', { name: 'What was said' }).getByText(/goes on/).waitFor();
  } finally {
    await vendor.end();
  }
});

test('in Spanish, in the dark, on a telephone', async ({ server, upstream, open }) => {
  const up = await upstream();
  const served = await server({ config: up.provider('a') });
  const page = await open(served, { at: 'voice', language: 'es', theme: 'dark', width: 390 });
  await page.getByRole('button', { name: 'Empezar a hablar' }).waitFor();
  await page.getByText('Todavía no se ha dicho nada.').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
});
