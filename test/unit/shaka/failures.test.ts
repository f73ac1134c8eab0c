import { afterEach, expect, test, vi } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { createShakaLab } from './shaka-lab.ts';

afterEach(() => vi.unstubAllGlobals());

const VERSIONS = ['shaka-player', 'shaka-player-4.11'] as const;

let count = 0;
const token = ({ urls }: TokenRequest): Token[] =>
  urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: `t${++count}` } }));

/** The endpoint answers with a token, with these failures, and then with tokens again. */
const withFailures = (...failures: SecureTokenError[]) => {
  let calls = 0;
  return (request: TokenRequest): Promise<Token[]> => {
    const failure = calls++ ? failures.shift() : undefined;
    return failure ? Promise.reject(failure) : Promise.resolve(token(request));
  };
};
const outage = (): SecureTokenError => new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down', { retryAfter: 0 });

test.each(VERSIONS)('a refusal in an outage is tried again by the player, 403 too: %s', async (version) => {
  const { request, sent } = createShakaLab(version, withFailures(outage()), [403]);
  await expect(request(2).promise).resolves.toMatchObject({ status: 200 });
  expect(sent).toHaveLength(2);
});
