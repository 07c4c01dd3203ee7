// One request of the playground and what became of it.

import { Failure, send } from '../../lib/api';
import { BIG, type Uploaded } from '../../lib/upload';
import { initOf, sizeOf, type Sent } from './sent';
import { costOf, told, type Told } from './told';

export class Exchange {
  state = $state<'sending' | 'coming' | 'done' | 'failed' | 'stopped'>('sending');
  told = $state.raw<Told | undefined>();
  error = $state.raw<unknown>();
  /** What came, as it came: a JSON body, or a stream's events. */
  raw = $state.raw<unknown>();
  /** How much of a large request has gone. */
  uploaded = $state.raw<Uploaded | undefined>();
  /** Pieces of a stream a second, over its whole. */
  rate = $state<number | undefined>();

  readonly #stop = new AbortController();
  #began = 0;
  #first = 0;

  constructor(readonly sent: Sent) {}

  get busy(): boolean {
    return this.state === 'sending' || this.state === 'coming';
  }

  /** The id under which the log has it. */
  get requestId(): string | undefined {
    return this.told?.requestId || (this.error instanceof Failure ? this.error.requestId : undefined);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Sends it; `use` takes the answer in. What goes wrong on the way is kept here. */
  async run(use: (answer: Response) => Promise<void>): Promise<boolean> {
    this.#began = performance.now();
    try {
      const init = initOf(this.sent, this.#stop.signal);
      const followed = { told: (now: Uploaded) => (this.uploaded = now), isStream: this.sent.streams ?? false };
      const answer = await send(this.sent.endpoint, init, sizeOf(this.sent) > BIG ? followed : undefined);
      this.#first = performance.now();
      this.told = told(answer, this.#first - this.#began);
      this.state = 'coming';
      await use(answer);
      this.state = 'done';
    } catch (error) {
      this.error = error;
      this.state = this.#stop.signal.aborted ? 'stopped' : 'failed';
      if (error instanceof Failure && error.body !== undefined) this.raw = error.body;
    }
    if (this.told) this.told = { ...this.told, totalMs: performance.now() - this.#began };
    return this.state === 'done';
  }

  /** A comment of a stream: what it cost is told there. */
  commented(line: string): void {
    const found = /^x-mediary-cost-usd:\s*(\S+)/i.exec(line);
    if (found && this.told) this.told = { ...this.told, cost: costOf(found[1] ?? '') };
  }

  /** So many pieces came until now. */
  counted(pieces: number): void {
    const seconds = (performance.now() - this.#first) / 1000;
    this.rate = pieces > 1 && seconds > 0 ? pieces / seconds : undefined;
  }
}
