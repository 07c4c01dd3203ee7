// Light, dark, or as the system has it. Kept in this browser.

export type Theme = 'light' | 'dark' | 'system';

const KEPT = 'mediary.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function kept(): Theme {
  const value = localStorage.getItem(KEPT);
  return value === 'light' || value === 'dark' ? value : 'system';
}

class Appearance {
  theme = $state<Theme>(kept());
  /** Rises when colours have changed, for what paints by itself. */
  painted = $state(0);

  constructor() {
    this.#apply();
    dark.addEventListener('change', () => this.#apply());
  }

  set(theme: Theme): void {
    this.theme = theme;
    localStorage.setItem(KEPT, theme);
    this.#apply();
  }

  #apply(): void {
    const isDark = this.theme === 'dark' || (this.theme === 'system' && dark.matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    this.painted += 1;
  }
}

export const appearance = new Appearance();
