// Sound of a live conversation: what the microphone hears goes out, what comes back is played without gaps.

import { t } from '../../lib/i18n/index.svelte';
import capture from './capture.js?url';

/** Samples in a second, in both directions. */
const RATE = 24000;

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** Base64 of 16-bit samples, as numbers from -1 to 1. */
export function samples(text: string): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const whole = new Int16Array(bytes.buffer, 0, bytes.length >> 1);
  return Float32Array.from(whole, (sample) => sample / 32768);
}

/** How loud samples are, from 0 to 1. */
export function loudness(piece: Int16Array): number {
  let sum = 0;
  for (const sample of piece) sum += sample * sample;
  return Math.min(1, (Math.sqrt(sum / Math.max(1, piece.length)) / 32768) * 4);
}

export class Sound {
  #context: AudioContext | undefined;
  #stream: MediaStream | undefined;
  #playing = new Set<AudioBufferSourceNode>();
  /** Until when something plays. */
  #until = 0;

  /** Opens the microphone. `heard` gets each tenth of a second. */
  async open(heard: (piece: Int16Array) => void): Promise<void> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices?.getUserMedia) throw new Error(t('playground.insecure'));
    try {
      this.#stream = await devices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      if (name === 'NotAllowedError') throw new Error(t('playground.notAllowed'));
      if (name === 'NotFoundError') throw new Error(t('playground.noDevice'));
      throw error;
    }
    const context = new AudioContext({ sampleRate: RATE });
    this.#context = context;
    await context.audioWorklet.addModule(capture);
    const source = context.createMediaStreamSource(this.#stream);
    const worklet = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
    worklet.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => heard(new Int16Array(data));
    source.connect(worklet);
    await context.resume();
  }

  /** Plays a piece behind those that wait. */
  play(piece: Float32Array<ArrayBuffer>): void {
    const context = this.#context;
    if (!context || piece.length === 0) return;
    const buffer = context.createBuffer(1, piece.length, RATE);
    buffer.copyToChannel(piece, 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.onended = () => this.#playing.delete(source);
    this.#playing.add(source);
    this.#until = Math.max(this.#until, context.currentTime + 0.02);
    source.start(this.#until);
    this.#until += buffer.duration;
  }

  /** What still plays is not wanted any more. */
  hush(): void {
    for (const source of this.#playing) source.stop();
    this.#playing.clear();
    this.#until = 0;
  }

  close(): void {
    this.hush();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    void this.#context?.close();
    [this.#context, this.#stream] = [undefined, undefined];
  }
}
