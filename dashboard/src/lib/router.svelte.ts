// Which page is shown: `#/requests/abc?status=failed` is the page `requests`, the rest `abc`, and a query.

class Router {
  hash = $state(location.hash);

  constructor() {
    addEventListener('hashchange', () => (this.hash = location.hash));
  }

  get #path(): string {
    return this.hash.replace(/^#\/?/, '').split('?')[0] ?? '';
  }

  get page(): string {
    return this.#path.split('/')[0] || 'start';
  }

  /** What stands behind the page's name. */
  get rest(): string {
    return decodeURIComponent(this.#path.split('/').slice(1).join('/'));
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.hash.split('?')[1] ?? '');
  }

  /** Goes to a page; with `replace`, the way back does not lead here. */
  go(page: string, query: Record<string, string> = {}, replace = false): void {
    const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
    const hash = `#/${page}${asked ? `?${asked}` : ''}`;
    if (replace) {
      history.replaceState(null, '', hash);
      this.hash = hash;
    } else {
      location.hash = hash;
    }
  }
}

export const router = new Router();
