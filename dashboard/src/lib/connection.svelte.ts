// Whether the server answers. When it went away, it is asked until it is back, and every page reads its data anew.

class Connection {
  /** It did not answer the last time. */
  away = $state(false);
  /** Rises when it is back: what depends on it reads anew. */
  epoch = $state(0);

  #asking = false;

  /** A request did not reach it. */
  lost(): void {
    this.away = true;
    if (!this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      try {
        const answer = await fetch('/livez', { cache: 'no-store' });
        if (answer.ok) break;
      } catch {
        // Still away.
      }
    }
    this.#asking = false;
    this.away = false;
    this.epoch += 1;
  }
}

export const connection = new Connection();
