import { describe, expect, test, vi } from 'vitest';
import { edgeAuth, secureLink, secureLinkLayouts } from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { HOST, ask, master } from '../../../support/signing-endpoint.ts';

const folders = edgeAuth({ key: 'aabbccdd' });
const twoFolders = secureLink({ secret: 's', ...secureLinkLayouts.cdn77Path, depth: 2 });

describe('what a viewer is told of a call that fails', () => {
  const signsNone = 'This endpoint signs none of these URLs. Check the URLs, or the settings of the endpoint.';
  const mayHaveNone = 'This viewer may have none of these URLs.';
  const failed = 'The signing endpoint failed. Its log says why. Try again later.';

  test.each<[string, string, Partial<SigningEndpointOptions>, number, string]>([
    ['outside of `allow`', 'https://other.example/a.ts', {}, 403, signsNone],
    ['a token that would open more', `${HOST}/vod`, { format: folders, allow: `${HOST}/vod/` }, 403, signsNone],
    ['a URL that the format refuses', `${HOST}/vod/a.ts`, { format: twoFolders }, 403, signsNone],
    ['a hook that says no', master, { authorize: () => false }, 403, mayHaveNone],
    ['a hook that denies all', master, { authorize: () => ({ denied: [`${HOST}/`] }) }, 403, mayHaveNone],
    ['a hook that throws', master, { authorize: () => Promise.reject(new Error('entitlements')) }, 503, failed],
    ['a hook that returns nonsense', master, { authorize: () => ({ ttl: 0 }) }, 503, failed],
    ['a format that throws', master, { format: () => Promise.reject(new Error('no key')) }, 503, failed],
  ])('%s: no option and no rule of the server', async (_, url, options, status, detail) => {
    const onError = vi.fn();
    const { body } = await ask({ urls: [url] }, { ...options, onError });
    expect(body).toMatchObject({ status, detail });
    // what anybody can bring about is not for the log
    expect(onError).toHaveBeenCalledTimes(status === 503 ? 1 : 0);
  });
});
