// A reading as the server tells it, and its lines with their boxes.

export interface Line {
  text: string;
  bbox: [number, number, number, number];
  confidence: number | null;
}

export interface Block {
  kind: string;
  level?: number;
  bbox: [number, number, number, number];
  confidence: number | null;
  lines?: Line[];
}

export interface PageRead {
  index: number;
  source?: string;
  engine?: string;
  confidence: number | null;
  width_px: number;
  height_px: number;
  rotation_deg: number;
  text: string;
  image_url?: string;
  blocks?: Block[];
  needs_ocr: boolean;
  reasons?: string[];
  error?: string;
}

export interface Reading {
  id: string;
  status: string;
  content?: string;
  needs_ocr: boolean;
  cached: boolean;
  media?: { kind: string; format: string; pages: number; size_bytes: number; sha256: string };
  file_name?: string;
  pages: PageRead[];
  attempts: { engine: string; outcome: string; reason?: string; pages: number[]; duration_ms: number }[];
  attachments?: Reading[];
  usage?: { pages_processed: number; duration_ms: number };
}

/** How sure a reading is, in words that have a colour. */
export type Sureness = 'sure' | 'doubtful' | 'unsure' | 'own';

export function sureness(confidence: number | null): Sureness {
  if (confidence === null) return 'own';
  if (confidence >= 0.9) return 'sure';
  return confidence >= 0.7 ? 'doubtful' : 'unsure';
}

export interface Shown extends Line {
  kind: string;
  level?: number;
  /** The first line of a block, which stands apart from what is before it. */
  begins: boolean;
  sureness: Sureness;
}

/** All lines of a page in reading order, with the block that each stands in. */
export function lines(page: PageRead): Shown[] {
  return (page.blocks ?? []).flatMap((block) => (block.lines ?? []).map((line, index) => ({
    ...line, kind: block.kind, level: block.level, begins: index === 0, sureness: sureness(line.confidence),
  })));
}

/** Whether a line has a place on the page. */
export function placed(line: Line): boolean {
  return line.bbox[2] > line.bbox[0] && line.bbox[3] > line.bbox[1];
}
