// The pages, in the order of the navigation. A page is loaded when it is first opened.

import type { Component } from 'svelte';
import type { IconName } from '../lib/ui/icons';

export interface Page {
  id: PageId;
  icon: IconName;
  load: () => Promise<{ default: Component }>;
}

export type PageId =
  | 'start' | 'playground' | 'voice' | 'documents' | 'threads' | 'projects' | 'reminders' | 'providers' | 'chain' | 'capabilities' | 'clients' | 'integrations'
  | 'requests' | 'usage' | 'lab' | 'settings';

export type GroupId = 'use' | 'setup' | 'watch';

/** A page that is loaded once; after a failure it is tried anew. */
function page(id: PageId, icon: IconName, load: Page['load']): Page {
  let loading: ReturnType<Page['load']> | undefined;
  return {
    id,
    icon,
    load: () => {
      loading ??= load().catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return loading;
    },
  };
}

export const groups: { id: GroupId; pages: Page[] }[] = [
  {
    id: 'use',
    pages: [
      page('start', 'home', () => import('./Start.svelte')),
      page('playground', 'play', () => import('./Playground.svelte')),
      page('voice', 'mic', () => import('./Voice.svelte')),
      page('documents', 'document', () => import('./Documents.svelte')),
      page('threads', 'chat', () => import('./Threads.svelte')),
      page('projects', 'folder', () => import('./Projects.svelte')),
      page('reminders', 'bell', () => import('./Reminders.svelte')),
    ],
  },
  {
    id: 'setup',
    pages: [
      page('providers', 'key', () => import('./Providers.svelte')),
      page('chain', 'chain', () => import('./Chain.svelte')),
      page('capabilities', 'grid', () => import('./Capabilities.svelte')),
      page('clients', 'people', () => import('./Clients.svelte')),
      page('integrations', 'plug', () => import('./Integrations.svelte')),
    ],
  },
  {
    id: 'watch',
    pages: [
      page('requests', 'list', () => import('./Requests.svelte')),
      page('usage', 'bars', () => import('./Usage.svelte')),
      page('lab', 'flask', () => import('./Lab.svelte')),
      page('settings', 'sliders', () => import('./Settings.svelte')),
    ],
  },
];

export const pages: Page[] = groups.flatMap((group) => group.pages);
