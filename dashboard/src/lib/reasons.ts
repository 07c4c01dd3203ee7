// Why something is as it is, where the server says so in words of its own that are always the same: in the viewer's language.
// What is not known here is shown as it came.

import { t, type Key } from './i18n/index.svelte';

type Reason = Extract<Key, `reasons.${string}`>;

/** Words of the server; names of groups are what the text is filled in with. */
const KNOWN: [RegExp, Reason][] = [
  [/^cools down for (?<seconds>\d+) s more$/, 'reasons.cooling'],
  [/^has used up its quota; there is more in (?<seconds>\d+) s$/, 'reasons.usedUp'],
  [/^is in quarantine, since (?<why>.*); that ends in (?<seconds>\d+) s$/, 'reasons.quarantinedUntil'],
  [/^is in quarantine, since (?<why>.*)$/, 'reasons.quarantined'],
  [/^is said to have the ability (?<ability>\S+), and failed when that was tried$/, 'reasons.refuted'],
  [/^is not known here: its provider is off or has no such model$/, 'reasons.notListed'],
  [/^does not chat$/, 'reasons.noChat'],
  [/^does not do the task (?<task>\S+)$/, 'reasons.otherTask'],
  [/^cannot run here: (?<what>.*)$/, 'reasons.missing'],
  [/^gives vectors of another family than (?<family>.*)$/, 'reasons.otherVectors'],
  [/^is retired$/, 'reasons.retired'],
  [/^is switched off for this tier and answers only when it is named$/, 'reasons.switchedOff'],
  [/^is deprecated and answers only when it is named$/, 'reasons.deprecated'],
  [/^is known only from its provider's list and answers only when it is named$/, 'reasons.listed'],
  [/^is not with the provider asked for$/, 'reasons.otherProvider'],
  [/^is not known to be free; send the header .*$/, 'reasons.notConfirmed'],
  [/^is not known to be free$/, 'reasons.notFree'],
  [/^is not on this machine$/, 'reasons.notLocal'],
  [/^does not know the language `(?<language>.*)`$/, 'reasons.otherLanguage'],
  [/^does not run the tool (?<tool>.*)$/, 'reasons.hostedTool'],
  [/^cannot honour (?<name>\S+)$/, 'reasons.parameter'],
  [/^has (?<has>\d+) tokens of context, the request needs about (?<needs>\d+)$/, 'reasons.context'],
  [/^no key; set (?<names>[^,]*), or name it under \[\[providers\]\] to call it without one$/, 'reasons.noKeyOptional'],
  [/^no key; set (?<names>[^,]*)$/, 'reasons.noKey'],
  [/^it has no key; write `api_keys`$/, 'reasons.noKeyWritten'],
  [/^its keys are left out; use one of them again, or add another$/, 'reasons.leftOut'],
  [/^it needs (?<names>.*), which is not set$/, 'reasons.needs'],
  [/^it is not configured; name it under \[\[providers\]\]$/, 'reasons.notConfigured'],
  [/^set (?<names>[^,]*), or name it under \[\[providers\]\]; `registry\.local = true` looks for it$/, 'reasons.notSet'],
  [/^switched off by `enabled = false`$/, 'reasons.off'],
  [/^whichever tier suits the request$/, 'reasons.tierAuto'],
  [/^short answers, soon$/, 'reasons.tierFast'],
  [/^everyday work$/, 'reasons.tierStandard'],
  [/^problems that want thinking$/, 'reasons.tierReasoning'],
  [/^long work with tools$/, 'reasons.tierAgentic'],
  [/^writing and reading programs$/, 'reasons.tierCode'],
  [/^pictures$/, 'reasons.tierVision'],
  [/^mixtures of media$/, 'reasons.tierMultimodal'],
  [/^very long requests$/, 'reasons.tierLong'],
  [/^it holds media other than pictures$/, 'reasons.becauseMedia'],
  [/^it holds pictures$/, 'reasons.becausePictures'],
  [/^it offers tools$/, 'reasons.becauseTools'],
  [/^it is very long$/, 'reasons.becauseLong'],
  [/^its last question is about a program$/, 'reasons.becauseCode'],
  [/^its last question wants thinking$/, 'reasons.becauseThinking'],
  [/^its last question is short and wants a short answer$/, 'reasons.becauseShort'],
  [/^nothing special about it$/, 'reasons.becauseNothing'],
];

/** A reason of the server in the viewer's language. */
export function reason(told: string): string {
  for (const [pattern, key] of KNOWN) {
    const found = pattern.exec(told);
    if (!found) continue;
    const filled = Object.entries(found.groups ?? {}).map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]);
    return t(key, Object.fromEntries(filled) as Record<string, string | number>);
  }
  return told;
}
