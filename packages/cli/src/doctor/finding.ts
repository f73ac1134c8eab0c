import { codes } from './codes.ts';
import type { Code } from './codes.ts';
import type { CodeEntry, Severity } from './codes/code-entry.ts';

/** A fault or a peculiarity, as the doctor reports it. None of the texts contains a token or a secret. */
export interface Finding {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
  /** The URL concerned, without query and without token. */
  readonly url: string;
}

/** @param values the values that replace `{name}` in the texts of the code */
export function finding(code: Code, url: string, values: Readonly<Record<string, string | number>> = {}): Finding {
  const { severity, message, remedy } = entryOf(code);
  const filled = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return { code, severity, message: filled(message), remedy: filled(remedy.join(' ')), url };
}

/** Sorts findings, causes before their consequences, and keeps each code once for a URL. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const known = new Set<string>();
  const once = findings.filter(({ code, url }) => !known.has(`${code} ${url}`) && known.add(`${code} ${url}`));
  return once.sort((a, b) => rankOf(a.code) - rankOf(b.code));
}

const entryOf = (code: Code): CodeEntry => codes[rankOf(code)]!;
const rankOf = (code: Code): number => codes.findIndex((entry) => entry.code === code);
