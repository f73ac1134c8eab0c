import { runsRest } from './parts.ts';

/**
 * Number of cases that each property tries, others in each run: 300 in `npm test`, 1,000 more in `npm run test:all`, as
 * many as `PROPERTY_RUNS` says in `npm run test:properties`.
 */
export const propertyRuns = Number(process.env.PROPERTY_RUNS ?? (runsRest ? 1000 : 300));

/** Milliseconds for one property; signatures by RSA and Ed25519 are the slow ones. */
export const propertyTimeout = 30_000 + propertyRuns * 30;
