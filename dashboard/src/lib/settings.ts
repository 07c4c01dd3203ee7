// The settings of the server, as its own document has them: what is set, and what is in force.

import { ask, http, type Schemas } from './api';

export type Privacy = 'any' | 'local';
export type Cost = 'any' | 'free_first' | 'free';

/** What targets are ordered by, where no order of one's own says otherwise. */
export type Preset = 'quality' | 'speed' | 'cost';

export interface Routing {
  privacy?: Privacy;
  cost?: Cost;
  confirm_paid?: boolean;
  preset?: Preset | 'none';
  model_routing?: 'match' | 'any';
  sticky_minutes?: number;
}

export interface Log {
  requests?: boolean;
  days?: number;
  rows?: number;
}

export interface Chain {
  order?: string[];
  off?: string[];
  preset?: Preset;
}

export interface ServerSettings {
  routing: Routing;
  log: Log;
  chains?: Record<string, Chain>;
}

export interface Kept {
  revision: number;
  settings: ServerSettings;
  in_force: ServerSettings;
}

const kept = (body: Schemas['SettingsBody']): Kept => body as unknown as Kept;

export async function readSettings(): Promise<Kept> {
  return kept(await ask(http.GET('/api/admin/settings')));
}

/** Keeps settings instead of those of `revision`; fails with `settings_changed` where another browser was quicker. */
export async function keepSettings(revision: number, settings: ServerSettings): Promise<Kept> {
  const body = { revision, settings: settings as unknown as Record<string, never> };
  return kept(await ask(http.PUT('/api/admin/settings', { body })));
}
