import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { cloudFront } from '../../packages/server/src/index.ts';
import type { CloudFrontOptions, SignedToken } from '../../packages/server/src/index.ts';
import { describeFormat } from '../support/format-properties.ts';

// A short key, because there are thousands of signatures.
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = [{ id: 'K', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }];
const signatureOf = ({ query, setCookie = [] }: SignedToken): string =>
  query?.Signature ?? setCookie.find((cookie) => cookie.startsWith('CloudFront-Signature'))!.split(';')[0]!;

const kinds: Record<string, Partial<CloudFrontOptions>> = {
  folder: {},
  'two folders in the query': { depth: 2, carrier: 'query' },
  URL: { exact: true, carrier: 'query' },
};
for (const [name, options] of Object.entries(kinds)) {
  describeFormat({
    name: `cloudFront ${name}`,
    make: ({ ipRange, startsAt }) =>
      cloudFront({ keys, ip: '203.0.113.9', ...options, ...(ipRange && { ipRange }), ...(startsAt && { startsAt }) }),
    conditions: options.exact
      ? fc.constant({ ipRange: '', startsAt: 0 })
      : fc.record({
          ipRange: fc.constantFrom('', '203.0.113.0/24', '203.0.113.9'),
          startsAt: fc.constantFrom(0, 1_700_000_000),
        }),
    // The policy says them.
    enforced: () => undefined,
    signatureOf,
  });
}
