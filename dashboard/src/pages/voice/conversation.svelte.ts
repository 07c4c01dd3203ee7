// A live conversation with the server: a client secret is asked for with the session, and opens the socket.

import { post, sentence } from '../../lib/api';
import { t } from '../../lib/i18n/index.svelte';
import { base64, loudness, samples, Sound } from './sound';

export interface Wish {
  model: string;
  voice: string;
  instructions: string;
  language: string;
}

/** Something that was said. */
export interface Line {
  id: string;
  who: 'person' | 'model' | 'note';
  text: string;
}

interface Told {
  type: string;
  item_id?: string;
  delta?: string;
  transcript?: string;
  to?: string;
  reason?: string;
  response?: { status: string; status_details?: { error?: { message?: string } } | null; usage?: { total_tokens: number } | null };
  error?: { message: string };
}

export class Conversation {
  state = $state<'idle' | 'opening' | 'live' | 'ended'>('idle');
  /** Whether the person is heard to speak, or the model is answering. */
  turn = $state<'none' | 'person' | 'model'>('none');
  lines = $state<Line[]>([]);
  level = $state(0);
  isMuted = $state(false);
  tokens = $state(0);
  error = $state.raw<unknown>();

  #socket: WebSocket | undefined;
  #sound = new Sound();
  #notes = 0;
  /** Which start is under way: one that was stopped meanwhile goes no further. */
  #start = 0;

  async start(wish: Wish): Promise<void> {
    [this.state, this.error, this.lines, this.tokens, this.turn] = ['opening', undefined, [], 0, 'none'];
    const start = (this.#start += 1);
    const sound = (this.#sound = new Sound());
    try {
      const transcription = { model: 'whisper-1', ...(wish.language.trim() ? { language: wish.language.trim() } : {}) };
      const output = wish.voice.trim() ? { voice: wish.voice.trim() } : {};
      const session = {
        type: 'realtime',
        ...(wish.model.trim() ? { model: wish.model.trim() } : {}),
        ...(wish.instructions.trim() ? { instructions: wish.instructions.trim() } : {}),
        audio: { input: { transcription }, output },
      };
      await sound.open((piece) => this.#heard(piece));
      // The microphone may have been opened after all else was closed.
      if (start !== this.#start) return sound.close();
      const secret = await post<{ value: string }>('/v1/realtime/client_secrets', { session });
      if (start !== this.#start) return;
      const address = new URL('/v1/realtime', location.origin);
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(address, ['realtime', `openai-insecure-api-key.${secret.value}`]);
      this.#socket = socket;
      socket.onmessage = ({ data }: MessageEvent<string>) => this.#told(JSON.parse(data) as Told);
      socket.onopen = () => (this.state = 'live');
      socket.onclose = ({ reason }) => this.#over(reason);
    } catch (error) {
      if (start !== this.#start) return sound.close();
      this.error = error;
      this.stop();
      this.state = 'idle';
    }
  }

  stop(): void {
    this.#start += 1;
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) socket.onclose = null;
    socket?.close();
    // That nothing came of it is what was wanted.
    if (this.state === 'opening') this.state = 'idle';
    this.#over('');
  }

  /** Says something in writing. */
  write(text: string): void {
    const content = [{ type: 'input_text', text }];
    this.#send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    this.#send({ type: 'response.create' });
    this.lines.push({ id: `written-${(this.#notes += 1)}`, who: 'person', text });
  }

  /** Ends the answer that is being given. */
  interrupt(): void {
    this.#sound.hush();
    if (this.turn === 'model') this.#send({ type: 'response.cancel' });
  }

  #send(event: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(event));
  }

  #heard(piece: Int16Array): void {
    this.level = this.isMuted ? 0 : loudness(piece);
    if (this.isMuted) return;
    this.#send({ type: 'input_audio_buffer.append', audio: base64(new Uint8Array(piece.buffer)) });
  }

  #over(reason: string): void {
    this.#sound.close();
    [this.level, this.turn] = [0, 'none'];
    if (this.state === 'opening' || this.state === 'live') {
      if (this.state === 'opening' && this.error === undefined) this.error = new Error(t('voice.notHeld'));
      this.state = 'ended';
      if (reason) this.#note(reason);
    }
  }

  #note(text: string): void {
    this.lines.push({ id: `note-${(this.#notes += 1)}`, who: 'note', text });
  }

  #line(id: string, who: Line['who']): Line {
    const known = this.lines.find((line) => line.id === id);
    if (known) return known;
    this.lines.push({ id, who, text: '' });
    // What is kept is what is followed.
    return this.lines[this.lines.length - 1] as Line;
  }

  #told(event: Told): void {
    const item = event.item_id ?? '';
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        this.#sound.hush();
        this.turn = 'person';
        break;
      case 'input_audio_buffer.speech_stopped':
        this.turn = 'none';
        break;
      case 'input_audio_buffer.committed':
        // Its words come later than the first of the answer.
        this.#line(item, 'person');
        break;
      case 'conversation.item.input_audio_transcription.delta':
        this.#line(item, 'person').text += event.delta ?? '';
        break;
      case 'conversation.item.input_audio_transcription.completed':
        this.#line(item, 'person').text = event.transcript?.trim() ? event.transcript : t('voice.unheard');
        break;
      case 'conversation.item.input_audio_transcription.failed':
        this.#line(item, 'person').text = t('voice.unheard');
        this.#note(event.error?.message ?? '');
        break;
      case 'response.created':
        this.turn = 'model';
        break;
      case 'response.output_audio.delta':
        this.#sound.play(samples(event.delta ?? ''));
        break;
      case 'response.output_audio_transcript.delta':
      case 'response.output_text.delta':
        this.#line(item, 'model').text += event.delta ?? '';
        break;
      case 'response.output_audio_transcript.done':
        // Where the person broke in, less was said than was meant.
        this.#line(item, 'model').text = event.transcript ?? '';
        break;
      case 'response.done':
        if (this.turn === 'model') this.turn = 'none';
        this.tokens += event.response?.usage?.total_tokens ?? 0;
        if (event.response?.status === 'failed') this.#note(event.response.status_details?.error?.message ?? t('voice.failed'));
        break;
      case 'mediary.target_changed':
        this.#note(t('voice.changed', { target: event.to ?? '', why: event.reason ?? '' }));
        break;
      case 'error':
        this.#note(sentence(new Error(event.error?.message ?? '')));
        break;
    }
  }
}
