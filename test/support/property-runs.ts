/**
 * How many cases each property tries: 1,000 in `npm test`, as many as `PROPERTY_RUNS` says in `npm run
 * test:properties`.
 */
export const propertyRuns = Number(process.env.PROPERTY_RUNS ?? 1000);

/** Milliseconds for one property; signatures by RSA and Ed25519 are the slow ones. */
export const propertyTimeout = 30_000 + propertyRuns * 30;
