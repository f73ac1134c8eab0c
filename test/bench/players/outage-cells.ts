/** For how long the signing endpoint is away. */
export const outageSeconds = [10, 40, 120] as const;
/** Live, the window is twelve seconds with HLS and fourteen with DASH. */
export const outageKinds = ['live', 'on demand'] as const;
export type OutageKind = (typeof outageKinds)[number];

/** One column of the table. */
export const returnMetric = (kind: OutageKind, seconds: number): string => `return, ${kind}, ${seconds} s`;
