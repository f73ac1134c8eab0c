/** Seconds for which the signing endpoint is away. */
export const outageSeconds = [10, 40, 120] as const;
/** Kinds of streams. The live window is twelve seconds with HLS, and fourteen with DASH. */
export const outageKinds = ['live', 'on demand'] as const;
export type OutageKind = (typeof outageKinds)[number];

/** Names one column of the table. */
export const returnMetric = (kind: OutageKind, seconds: number): string => `return, ${kind}, ${seconds} s`;
