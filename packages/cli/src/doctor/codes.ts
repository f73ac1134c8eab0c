import { browserFaults, browserNotes } from './codes/browser-codes.ts';
import { childFaults, childNotes } from './codes/child-codes.ts';
import type { CodeEntry } from './codes/code-entry.ts';
import { edgeFaults, edgeNotes } from './codes/edge-codes.ts';
import { endpointFailures, endpointHabits } from './codes/endpoint-codes.ts';

export type Code = (
  | typeof endpointFailures
  | typeof edgeFaults
  | typeof childFaults
  | typeof endpointHabits
  | typeof browserFaults
  | typeof edgeNotes
  | typeof childNotes
  | typeof browserNotes
)[number]['code'];

/**
 * Every code, causes before their consequences: findings are reported in this order. Messages and `docs/doctor.md` are
 * written from this list.
 */
export const codes: readonly CodeEntry<Code>[] = [
  ...endpointFailures,
  ...edgeFaults,
  ...childFaults,
  ...endpointHabits,
  ...browserFaults,
  ...edgeNotes,
  ...childNotes,
  ...browserNotes,
];
