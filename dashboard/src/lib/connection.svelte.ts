// Whether the server answers. When it went away, it is asked until it is back, and every page reads its data anew.

/** How often it is looked for while a page is seen and asks for nothing. */
const BEAT = 15_000;
/** The same while it is away. */
const AWAY = 1_000;

class Connection {
  /** It did not answer the last time. */
  away = $state(false);
  /** Rises when it is back: what depends on it reads anew. */
  epoch = $state(0);

  #heard = Date.now();
  #asking = false;
  #version: string | undefined;

  constructor() {
    setInterval(() => {
      if (!document.hidden && Date.now() - this.#heard >= BEAT) void this.beat();
    }, BEAT / 3);
    addEventListener('online', () => void this.beat());
    addEventListener('offline', () => void this.beat());
  }

  /** A request was answered. */
  heard(): void {
    this.#heard = Date.now();
  }

  /** A request did not reach it. */
  lost(): void {
    this.away = true;
    if (!this.#asking) void this.#ask();
  }

  /** Looks whether it is there. */
  async beat(): Promise<void> {
    if (!this.#asking && !(await this.#lives())) this.lost();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    do await new Promise((resolve) => setTimeout(resolve, AWAY));
    while (!(await this.#lives()));
    this.#asking = false;
    this.away = false;
    this.epoch += 1;
  }

  async #lives(): Promise<boolean> {
    try {
      const answer = await fetch('/livez', { cache: 'no-store' });
      if (!answer.ok) return false;
      const { version } = (await answer.json()) as { version: string };
      // Another program has other pages: these would ask for what is not there any more.
      if (this.#version !== undefined && this.#version !== version) location.reload();
      this.#version = version;
      this.heard();
      return true;
    } catch {
      return false;
    }
  }
}

export const connection = new Connection();
