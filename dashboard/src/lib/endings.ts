// How the name of a file ends, by what the file is.

const ENDINGS: Record<string, string> = {
  'image/jpeg': 'jpg', 'image/svg+xml': 'svg', 'audio/mpeg': 'mp3', 'audio/x-wav': 'wav', 'audio/wave': 'wav', 'audio/mp4': 'm4a',
  'audio/l16': 'pcm', 'video/quicktime': 'mov',
};

/** The ending for a media type; `otherwise` where it says nothing. */
export function ending(type: string, otherwise: string): string {
  const bare = type.toLowerCase().replace(/;.*/, '').trim();
  const [kind, name] = bare.split('/');
  return ENDINGS[bare] ?? (name && kind !== 'application' ? name : otherwise);
}

/** What a picture is, by the first letters of its base64. */
export function pictureType(base64: string): string | undefined {
  const known = { iVBOR: 'image/png', '/9j/': 'image/jpeg', UklGR: 'image/webp', R0lGO: 'image/gif', Qk: 'image/bmp' };
  return Object.entries(known).find(([begin]) => base64.startsWith(begin))?.[1];
}
