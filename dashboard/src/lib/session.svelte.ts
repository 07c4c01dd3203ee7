// The administrator's session: how it stands, and who is asked for the password when it has ended.
//
// The cookie itself is out of a page's reach. What a change is sent with (the CSRF token) is kept here, in memory alone.

import type { components } from './openapi';

export type SessionBody = components['schemas']['SessionBody'];

class Session {
  /** What the server said last; `null`: it was not asked yet. */
  body = $state<SessionBody | null>(null);
  /** The password is asked for over the page that is open, which waits. */
  asking = $state(false);
  /** The server has no store, so nothing can be administered; its sentence. */
  missing = $state<string | null>(null);

  #waiting: ((opened: boolean) => void)[] = [];
  #isDeclined = false;

  get token(): string | undefined {
    return this.body?.csrf_token ?? undefined;
  }

  get open(): boolean {
    return this.body?.is_open ?? false;
  }

  /** Asks the server how the session stands. */
  async refresh(): Promise<void> {
    const answer = await fetch('/api/admin/session', { cache: 'no-store' });
    if (answer.ok) {
      this.body = (await answer.json()) as SessionBody;
      this.missing = null;
    } else if (answer.status === 503) {
      const said = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
      this.missing = said?.error?.message ?? '503';
    }
  }

  /**
   * Asks for the password in place. Gives whether a session is open then. Who has declined is asked again for a change
   * alone, not for what pages read by themselves.
   */
  wanted(changes: boolean): Promise<boolean> {
    if (this.#isDeclined && !changes) return Promise.resolve(false);
    this.asking = true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A session was opened; what waits for it goes on. */
  opened(body: SessionBody): void {
    this.body = body;
    this.#isDeclined = false;
    this.#settle(true);
  }

  /** It is not going to be opened; what waits fails as the server said. */
  declined(): void {
    this.#isDeclined = true;
    this.#settle(false);
  }

  /** The session was ended. */
  closed(): void {
    if (this.body?.is_open) this.body = { ...this.body, is_open: false, csrf_token: undefined };
  }

  #settle(opened: boolean): void {
    this.asking = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go(opened);
  }
}

export const session = new Session();
