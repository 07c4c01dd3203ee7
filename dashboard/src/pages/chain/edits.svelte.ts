// Orders of tiers that were changed and not kept yet. They stay while other tiers and other pages are seen.

import { SvelteMap } from 'svelte/reactivity';
import type { Preset } from '../../lib/settings';
import type { Link } from './links';

export interface Edit {
  list: Link[];
  /** What it is ordered by; `null`: by hand. */
  by: Preset | null;
  /** The revision of the settings that it began with. */
  seen: number;
}

/** By tier. */
export const edits = new SvelteMap<string, Edit>();
