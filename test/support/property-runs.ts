import { runsRest } from './parts.ts';

/**
 * Number of cases that each property tries, others in each run: 300 in `npm test`, 1,000 more in `npm run test:all`, as
 * many as `PROPERTY_RUNS` says in `npm run test:properties`.
 */
export const propertyRuns = Number(process.env.PROPERTY_RUNS ?? (runsRest ? 1000 : 300));

/** Milliseconds that end a property that hangs: a busy machine takes a tenth of that for signatures by RSA or Ed25519. */
export const propertyTimeout = 30_000 + propertyRuns * 600;
