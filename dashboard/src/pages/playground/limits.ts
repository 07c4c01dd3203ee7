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
  if (file.size > most) return t('playground.tooLarge', { name: file.name, size: bytes(file.size), most: bytes(most), setting: name });
  if (file.size > limits.upload_bytes) {
    return t('playground.tooLarge', { name: file.name, size: bytes(file.size), most: bytes(limits.upload_bytes), setting: 'limits.upload_bytes' });
  }
  return undefined;
}
