// How a status is coloured, and which there are to choose from.

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** 499 is a client that left: nothing of ours went wrong. */
export function tone(status: number): Tone {
  if (status === 499) return 'plain';
  if (status < 400) return 'good';
  return status === 402 || status === 429 ? 'warn' : 'bad';
}

export const STATUSES = ['ok', 'failed', '400', '401', '402', '403', '404', '413', '422', '429', '499', '500', '502', '503', '504'];
export const TASKS = [
  'chat', 'completion', 'embedding', 'ocr', 'transcription', 'translation', 'speech', 'image_generation', 'image_edit', 'image_variation',
  'video_generation', 'moderation', 'rerank',
];
