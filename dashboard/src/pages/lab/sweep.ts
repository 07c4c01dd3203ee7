// A sweep over models as a value: its steps by target and ability, how far it is, and when it will be over.

export type Outcome = 'proven' | 'refuted' | 'unclear' | 'skipped';

export interface Step {
  target: string;
  ability: string;
  outcome: Outcome;
  why?: string;
  quarantined?: string;
  released?: boolean;
  took_ms: number;
  done: number;
  total: number;
}

export const ABILITIES = [
  'text', 'image', 'pdf', 'audio', 'video', 'tools', 'schema', 'embedding', 'rerank', 'moderation', 'transcription', 'speech', 'image_generation',
];

export interface Line {
  target: string;
  steps: Step[];
}

/** The steps by target, in the order in which targets were first heard of. */
export function byTarget(steps: Step[]): Line[] {
  const lines = new Map<string, Line>();
  for (const step of steps) {
    const line = lines.get(step.target) ?? { target: step.target, steps: [] };
    line.steps.push(step);
    lines.set(step.target, line);
  }
  return [...lines.values()];
}

export function counts(steps: Step[]): Record<Outcome, number> {
  const counts = { proven: 0, refuted: 0, unclear: 0, skipped: 0 };
  for (const step of steps) counts[step.outcome] += 1;
  return counts;
}

/** Milliseconds that are left, as the steps so far let expect; `undefined` before there is anything to go by. */
export function left(done: number, total: number, elapsedMs: number): number | undefined {
  return done < 1 || done >= total ? undefined : (elapsedMs / done) * (total - done);
}
