// What a client may do, as a form has it: every limit a text that may be empty, lists one a line.

export interface Budget {
  usd?: number;
  pages?: number;
  seconds?: number;
  images?: number;
}

export interface Rules {
  requests_per_minute?: number;
  tokens_per_minute?: number;
  requests_at_once?: number;
  day?: Budget;
  month?: Budget;
  endpoints?: string[];
  tiers?: string[];
  targets?: string[];
  local_only?: boolean;
  redact?: boolean;
  system_prompt?: string;
}

export const rates = ['requests_per_minute', 'tokens_per_minute', 'requests_at_once'] as const;
export const budgets = ['usd', 'pages', 'seconds', 'images'] as const;
export const lists = ['endpoints', 'tiers', 'targets'] as const;

export interface Form {
  rates: Record<(typeof rates)[number], string>;
  day: Record<(typeof budgets)[number], string>;
  month: Record<(typeof budgets)[number], string>;
  lists: Record<(typeof lists)[number], string>;
  localOnly: boolean;
  redact: boolean;
  systemPrompt: string;
}

const text = (value: number | undefined): string => (value === undefined ? '' : String(value));
const record = <K extends string>(keys: readonly K[], value: (key: K) => string): Record<K, string> =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, string>;

export function formOf(rules: Rules): Form {
  return {
    rates: record(rates, (key) => text(rules[key])),
    day: record(budgets, (key) => text(rules.day?.[key])),
    month: record(budgets, (key) => text(rules.month?.[key])),
    lists: record(lists, (key) => (rules[key] ?? []).join('\n')),
    localOnly: rules.local_only ?? false,
    redact: rules.redact ?? false,
    systemPrompt: rules.system_prompt ?? '',
  };
}

/** What is empty is not limited. */
export function rulesOf(form: Form): Rules {
  const number = (value: string | number | null): number | undefined => (value === null || String(value).trim() === '' ? undefined : Number(value));
  const lines = (value: string): string[] => value.split(/[\n,]/).map((line) => line.trim()).filter(Boolean);
  const budget = (values: Record<string, string>): Budget | undefined => {
    const set = budgets.map((key) => [key, number(values[key] ?? '')] as const).filter(([, value]) => value !== undefined);
    return set.length > 0 ? Object.fromEntries(set) : undefined;
  };
  const rules: Rules = { day: budget(form.day), month: budget(form.month) };
  for (const key of rates) rules[key] = number(form.rates[key]);
  for (const key of lists) {
    const all = lines(form.lists[key]);
    if (all.length > 0) rules[key] = all;
  }
  if (form.localOnly) rules.local_only = true;
  if (form.redact) rules.redact = true;
  if (form.systemPrompt.trim()) rules.system_prompt = form.systemPrompt;
  return rules;
}
