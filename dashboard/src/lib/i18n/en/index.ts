import { common } from './common';
import { nav } from './nav';
import { login } from './login';
import { start } from './start';
import { playground } from './playground';
import { voice } from './voice';
import { documents } from './documents';
import { threads } from './threads';
import { projects } from './projects';
import { providers } from './providers';
import { chain } from './chain';
import { capabilities } from './capabilities';
import { clients } from './clients';
import { integrations } from './integrations';
import { reasons } from './reasons';
import { reminders } from './reminders';
import { requests } from './requests';
import { usage } from './usage';
import { lab } from './lab';
import { settings } from './settings';

/** Every text, by page. */
export const en = {
  common,
  nav,
  login,
  start,
  playground,
  voice,
  documents,
  threads,
  projects,
  providers,
  chain,
  capabilities,
  clients,
  integrations,
  reasons,
  reminders,
  requests,
  usage,
  lab,
  settings,
};
