import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toError } from '../../packages/core/src/calls/failure.ts';
import { isolateFailure } from '../../packages/core/src/calls/isolate-failure.ts';
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts';

const errorOf = (status: number) => toError({ status }, 0);
/** Statuses that may be about one URL of many, an outage, a denial, an answer that is none; 200 for tokens. */
const status = fc.constantFrom(200, 400, 413, 500, 503, 403, 404);

test(
  'a call with several URLs fails, and the calls for its parts end in any way: each URL is settled or left once',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(400, 413, 500),
        fc.integer({ min: 2, max: 20 }),
        fc.infiniteStream(status),
        async (first, count, statuses) => {
          const urls = Array.from({ length: count }, (_, place) => `/${place}`);
          const settled: string[] = [];
          const left = await isolateFailure(urls, errorOf(first), {
            call: () => {
              const next = statuses.next().value as number;
              return Promise.resolve(next === 200 ? undefined : errorOf(next));
            },
            settle: (part) => settled.push(...part),
          });
          expect([...settled, ...left].sort()).toEqual([...urls].sort());
        },
      ),
      { numRuns: propertyRuns },
    );
  },
  propertyTimeout,
);
