// What a page shows of the server: read at once, read again on demand, at times, and when the server is back.

import { untrack } from 'svelte';
import { connection } from './connection.svelte';

export interface Resource<T> {
  /** What was read last; it stays while it is read again. */
  data: T | undefined;
  error: unknown;
  /** It is being read. */
  readonly loading: boolean;
  /** Reads it again. */
  reload(): Promise<void>;
}

/**
 * Reads with `read`, again whenever a rune that `read` looks at (before its first `await`) changes, and every `every` ms
 * while the page is seen. To be called while a component is made.
 */
export function resource<T>(read: () => Promise<T>, every = 0): Resource<T> {
  let data = $state.raw<T | undefined>();
  let error = $state.raw<unknown>();
  let reading = $state(0);
  let newest = 0;

  async function begin(promise: Promise<T>): Promise<void> {
    newest += 1;
    const mine = newest;
    untrack(() => (reading += 1));
    try {
      const found = await promise;
      if (mine === newest) [data, error] = [found, undefined];
    } catch (failed) {
      if (mine === newest) error = failed;
    } finally {
      reading -= 1;
    }
  }

  $effect(() => {
    void connection.epoch;
    void begin(read());
  });
  $effect(() => {
    if (!every) return;
    const timer = setInterval(() => {
      if (!document.hidden && !connection.away && reading === 0) void begin(read());
    }, every);
    return () => clearInterval(timer);
  });

  return {
    get data() {
      return data;
    },
    set data(value) {
      data = value;
    },
    get error() {
      return error;
    },
    set error(value) {
      error = value;
    },
    get loading() {
      return reading > 0;
    },
    reload: () => begin(read()),
  };
}
