// What is done on a page when a button asks for it: one thing at a time, and what went wrong with it.

export class Doing {
  /** It is under way: buttons wait. */
  busy = $state(false);
  /** Why the last of it failed. */
  error = $state<unknown>();

  /** `after` follows each thing that went well, such as reading again what it changed. */
  constructor(private readonly after: () => Promise<unknown> = async () => {}) {}

  /** Does it; tells whether it went well. */
  readonly run = async (work: () => Promise<unknown>): Promise<boolean> => {
    this.busy = true;
    this.error = undefined;
    try {
      await work();
      await this.after();
      return true;
    } catch (failed) {
      this.error = failed;
      return false;
    } finally {
      this.busy = false;
    }
  };
}
