// What works on this server, and what is missing with the way to get it.

import type { Schemas } from '../../lib/api';

/** What is told of a model and counts here. */
interface Model {
  id: string;
  tasks: string[];
  state: string;
  owned_by: string;
  note?: string | null;
}
type Provider = Schemas['ProviderList']['data'][number];

export const tasks = [
  'chat', 'ocr', 'transcription', 'speech', 'embedding', 'image_generation', 'image_edit', 'video_generation', 'rerank', 'moderation',
] as const;

export interface Works {
  task: (typeof tasks)[number];
  /** Targets that do it now, and how many of them are on this machine. */
  count: number;
  local: number;
}

/** Tiers and other names for targets are no targets of their own. */
const isTarget = (model: Model): boolean => model.id.includes('/');

export function working(models: Model[]): Works[] {
  const ready = models.filter((model) => isTarget(model) && model.state !== 'not_installed' && model.state !== 'quarantined');
  return tasks.map((task) => {
    const does = ready.filter((model) => model.tasks.includes(task));
    return { task, count: does.length, local: does.filter((model) => model.owned_by === 'local').length };
  });
}

export interface Remedy {
  id: string;
  kind: 'key' | 'engine' | 'program' | 'broken' | 'log';
  /** Of a program: its name. */
  name: string;
  count: number;
  why?: string;
  href?: string;
  /** What is run on the server's machine, each for a system. */
  commands?: { system: string; text: string }[];
}

/** Programs of other makers, and how they are installed. */
const PROGRAMS: { told: RegExp; name: string; debian: string; mac: string }[] = [
  { told: /ffmpeg/i, name: 'ffmpeg', debian: 'ffmpeg', mac: 'ffmpeg' },
  { told: /libreoffice/i, name: 'LibreOffice', debian: 'libreoffice', mac: '--cask libreoffice' },
  { told: /heif-convert/i, name: 'heif-convert', debian: 'libheif-examples', mac: 'libheif' },
  { told: /espeak/i, name: 'espeak-ng', debian: 'espeak-ng', mac: 'espeak-ng' },
];

/** What installs the program that a sentence of the server is about. */
function program(why: string): Remedy {
  const known = PROGRAMS.find(({ told }) => told.test(why));
  if (!known) return { id: why, kind: 'program', name: '', count: 1, why };
  const commands = [{ system: 'Debian, Ubuntu', text: `sudo apt-get install -y ${known.debian}` }, { system: 'macOS', text: `brew install ${known.mac}` }];
  return { id: known.name, kind: 'program', name: known.name, count: 1, commands };
}

export function remedies(matrix: Schemas['CapabilityList'], providers: Provider[], models: Model[], health: Schemas['AdminHealth']): Remedy[] {
  const found: Remedy[] = [];
  const keyless = providers.filter((provider) => !provider.enabled && provider.key_env?.length);
  if (!providers.some((provider) => provider.enabled && provider.id !== 'local')) {
    found.push({ id: 'key', kind: 'key', name: '', count: keyless.length, href: '#/providers?add=' });
  }
  const broken = (health.provider_keys as Record<string, number>).invalid ?? 0;
  if (broken + health.undecipherable_keys > 0) {
    found.push({ id: 'broken', kind: 'broken', name: '', count: broken + health.undecipherable_keys, href: '#/providers' });
  }
  const absent = models.filter((model) => isTarget(model) && model.state === 'not_installed');
  if (absent.length > 0) {
    // Each note names the pieces; together they are few.
    const pieces = new Set(absent.flatMap((model) => [...(model.note ?? '').matchAll(/`mediary models pull ([^`]+)`/g)].map((match) => match[1] ?? '')));
    found.push({ id: 'engine', kind: 'engine', name: '', count: absent.length, why: [...pieces].join(', ') || (absent[0]?.note ?? undefined) });
  }
  const programs = new Set(matrix.treatments.filter((one) => !one.available && one.missing).map((one) => one.missing!));
  for (const why of [...programs].filter((why) => !why.includes('models pull') && !/providers?\b|target/.test(why)).slice(0, 4)) {
    found.push(program(why));
  }
  if (!health.logs_requests) found.push({ id: 'log', kind: 'log', name: '', count: 1 });
  return found;
}
