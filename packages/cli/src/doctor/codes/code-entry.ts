/**
 * Severity of a finding. An error keeps viewers from watching, or lets people watch who may not; a warning does so for
 * some players, or on some days; a note is for information.
 */
export type Severity = 'error' | 'warning' | 'note';

/** A kind of finding. `{name}` in a text stands for a value of the finding. */
export interface CodeEntry<Code extends string = string> {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  /** Sentences: what to do, and where to do it in widespread servers. */
  readonly remedy: readonly string[];
}
