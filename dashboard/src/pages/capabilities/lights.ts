// The capability matrix as lights: for each target and medium, whether it reads it as it is, after a treatment, or not.

import type { Schemas } from '../../lib/api';

export type Light = 'native' | 'transcoded' | 'extracted' | 'none' | 'key' | 'missing';
export const media = ['text', 'image', 'document', 'audio', 'video'] as const;
export type Medium = (typeof media)[number];

export type Row = Schemas['CapabilityList']['data'][number];
export type Treatment = Schemas['CapabilityList']['treatments'][number];

/** The formats of each medium; what is in none of them is a document: of those there are most. */
const formats: Record<Exclude<Medium, 'document'>, string> = {
  text: 'text markdown csv tsv json xml html',
  image: 'png jpeg webp gif tiff bmp avif heic svg',
  audio: 'wav mp3 flac opus vorbis m4a aac aiff caf amr wma mp2 ac3 au',
  video: 'mp4 mov webm mkv avi mpeg ts flv wmv ogv',
};
const kinds = new Map(Object.entries(formats).flatMap(([medium, names]) => names.split(' ').map((name) => [name, medium as Medium])));

export interface Cell {
  light: Light;
  /** The formats it reads, or the recipe by which it becomes readable. */
  how: string[];
  /** The day on which it was proven, in seconds since 1970. */
  proven?: number;
  /** Why it was refuted. */
  refuted?: string;
}

const formatsOf = (row: Row): string[] => (row.accepts as unknown as { format: string }[]).map(({ format }) => format);

function kindOf(format: string): Medium {
  return kinds.get(format) ?? 'document';
}

/** What was found of an ability when it was tried. */
function evidence(row: Row, ability: string): Pick<Cell, 'proven' | 'refuted'> {
  const { proven, refuted } = row.evidence as unknown as { proven: Record<string, { at: number }>; refuted: Record<string, { why?: string }> };
  return { proven: proven[ability]?.at, refuted: refuted[ability] ? (refuted[ability].why ?? '') : undefined };
}

const abilityOf: Record<Medium, string> = { text: 'text', image: 'image', document: 'pdf', audio: 'audio', video: 'video' };

/** How a target that chats, reads or hears takes a medium. */
export function cell(row: Row, medium: Medium, treatments: Treatment[]): Cell {
  const found = evidence(row, abilityOf[medium]);
  const chats = row.tasks.includes('chat');
  const native = formatsOf(row).filter((format) => kindOf(format) === medium);
  if (medium === 'text') {
    const reads = chats || row.tasks.some((task) => ['completion', 'embedding', 'rerank', 'moderation', 'speech', 'image_generation', 'video_generation'].includes(task));
    return { light: reads ? 'native' : 'none', how: [], ...found };
  }
  if (native.length > 0 && found.refuted === undefined) return { light: 'native', how: native, ...found };
  // A treatment helps those that can be told the outcome: chats.
  if (!chats) return { light: native.length > 0 ? 'native' : 'none', how: native, ...found };
  const own = new Set(formatsOf(row));
  const ways = treatments.filter((treatment) => treatment.from === medium);
  const transcoding = ways.filter((way) => way.to !== 'text' && own.has(way.to));
  const extracting = ways.filter((way) => way.to === 'text');
  const works = (all: Treatment[]): string[] => all.filter((way) => way.available).map((way) => way.recipe);
  if (works(transcoding).length > 0) return { light: 'transcoded', how: works(transcoding), ...found };
  if (works(extracting).length > 0) return { light: 'extracted', how: works(extracting), ...found };
  const missing = [...transcoding, ...extracting].map((way) => way.missing).filter((why): why is string => Boolean(why));
  return missing.length > 0 ? { light: 'missing', how: [...new Set(missing)], ...found } : { light: 'none', how: [], ...found };
}

/** How a target stands to a kind of work or an ability that is there or not. */
export function ability(row: Row, name: string): Cell {
  const tried = evidence(row, name === 'structured' ? 'schema' : name);
  const claims: Record<string, boolean> = {
    tools: row.tools, structured: row.structured !== 'none', reasoning: row.reasoning, streaming: row.streaming,
  };
  const has = claims[name] ?? row.tasks.includes(name);
  return { light: has && tried.refuted === undefined ? 'native' : 'none', how: [], ...tried };
}
