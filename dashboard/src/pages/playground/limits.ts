// Whether the server takes a file of this size, known before it is sent.

import { bytes } from '../../lib/format';
import { t } from '../../lib/i18n/index.svelte';

/** How large files may be, as the server says. */
export interface FileLimits {
  upload_bytes: number;
  document_bytes: number;
  document_pages: number;
  image_bytes: number;
  audio_bytes: number;
  video_bytes: number;
  text_bytes: number;
}

/** The limit that a file goes by. */
function limitOf(file: File, limits: FileLimits): [string, number] {
  const kind = /^(image|audio|video|text)\//.exec(file.type)?.[1] as 'image' | 'audio' | 'video' | 'text' | undefined;
  const name = kind ?? 'document';
  return [`limits.${name}.bytes`, limits[`${name}_bytes`]];
}

/** Why a file is not sent, as a sentence; `undefined`: it fits, or the limits are not known. */
export function fits(file: File, limits: FileLimits | undefined): string | undefined {
  if (!limits) return undefined;
  const [name, most] = limitOf(file, limits);
  if (file.size > most) return tooLarge(file, most, name);
  return file.size > limits.upload_bytes ? tooLarge(file, limits.upload_bytes, 'limits.upload_bytes') : undefined;
}

/** A file that is hardly larger than the limit is told by how much, rather than by the same number twice. */
function tooLarge(file: File, most: number, setting: string): string {
  const [size, limit] = [bytes(file.size), bytes(most)];
  if (size !== limit) return t('playground.tooLarge', { name: file.name, size, most: limit, setting });
  return t('playground.justTooLarge', { name: file.name, over: bytes(file.size - most), most: limit, setting });
}
