// What the microphone hears, as the realtime interface takes it: samples of 16 bits, a tenth of a second at a time. It runs
// beside the page, as an AudioWorklet, and is a file of its own since the page's policy takes nothing from inside it.

const PIECE = 2400;

class Capture extends AudioWorkletProcessor {
  #piece = new Int16Array(PIECE);
  #count = 0;

  process([input]) {
    for (const sample of input?.[0] ?? []) {
      this.#piece[this.#count] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
      this.#count += 1;
      if (this.#count < PIECE) continue;
      this.port.postMessage(this.#piece.buffer, [this.#piece.buffer]);
      [this.#piece, this.#count] = [new Int16Array(PIECE), 0];
    }
    return true;
  }
}

registerProcessor('capture', Capture);
