// Short words about what was done, which go away by themselves. Failures stay until they are closed.

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'failed';
}

class Toasts {
  all = $state<Toast[]>([]);
  #last = 0;

  done(text: string): void {
    const id = this.#add(text, 'done');
    setTimeout(() => this.close(id), 5000);
  }

  failed(error: unknown): void {
    this.#add(error instanceof Error ? error.message : String(error), 'failed');
  }

  close(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }

  #add(text: string, kind: Toast['kind']): number {
    this.#last += 1;
    this.all = [...this.all.filter((toast) => toast.text !== text), { id: this.#last, text, kind }].slice(-4);
    return this.#last;
  }
}

export const toasts = new Toasts();
