import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import * as server from '../../../../packages/server/src/index.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../../../packages/server/src/jwt.ts';

const format = server.azion({ secret: 's' });
const url = 'https://cdn.example.com/vod/a.ts';
const endpoint = { format, authorize: () => true, ttl: 300, allow: 'https://cdn.example.com/' };
const edge = { format, origin: 'https://origin.example.com/' };
const cors = { origins: '*', credential: true };

/** Functions of the package, each called with a name that nobody knows. */
const misspelt: Record<string, (wrong: never) => unknown> = {
  azion: server.azion,
  secureLink: server.secureLink,
  edgeAuth: server.edgeAuth,
  bunny: server.bunny,
  cloudFront: server.cloudFront,
  cloudflare: server.cloudflare,
  fastly: server.fastly,
  cloudCdn: server.cloudCdn,
  mediaCdn: server.mediaCdn,
  mediaCdnToken: server.mediaCdnToken,
  wowza: server.wowza,
  commonAccessToken,
  ...{ jwt, jwPlayer, mux, cloudflareStream },
  signUrl: (wrong) => server.signUrl(url, wrong),
  verifyUrl: (wrong) => server.verifyUrl(url, wrong),
  signPlaylist: (wrong) => server.signPlaylist('#EXTM3U', url, wrong),
  createSigningEndpoint: (wrong: object) => server.createSigningEndpoint({ ...endpoint, ...wrong }),
  createEdgeHandler: (wrong: object) => server.createEdgeHandler({ ...edge, ...wrong }),
};

describe('an option that is not known', () => {
  test.each(Object.entries(misspelt))('%s names it', async (_, make) => {
    await expect((async () => make({ qwertyu: 'SECRET' } as never))()).rejects.toMatchObject({
      name: 'SecureTokenError',
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(/^Unknown option 'qwertyu'\. Known options: (?!.*SECRET)/),
    });
  });

  test.each<[string, () => unknown]>([
    ["Unknown option 'maxttl'. Did you mean 'maxTtl'?", () => server.azion({ secret: 's', maxttl: 1 } as never)],
    [
      "Unknown option 'expandd'. Did you mean 'expand'?",
      () => server.createSigningEndpoint({ ...endpoint, expandd: 1 } as never),
    ],
    [
      "Unknown option 'expand.segment'. Did you mean 'expand.segments'?",
      () => server.createSigningEndpoint({ ...endpoint, expand: { segment: 1 } } as never),
    ],
    [
      "Unknown option 'rateLimit.windows'. Did you mean 'rateLimit.window'?",
      () => server.createSigningEndpoint({ ...endpoint, rateLimit: { key: () => 'a', limit: 1, windows: 1 } } as never),
    ],
    [
      "Unknown option 'cors.credential'. Did you mean 'cors.credentials'?",
      () => server.createEdgeHandler({ ...edge, cors } as never),
    ],
    [
      "Unknown option 'cookie.domian'. Did you mean 'cookie.domain'?",
      () => server.edgeAuth({ key: 'ab', carrier: 'cookie', cookie: { domian: 'a' } } as never),
    ],
    ['options: this is missing. Give an object.', () => server.azion(undefined as never)],
  ])('%s', (message, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message }));
  });

  test('one that is undefined is none', () => {
    expect(() => server.azion({ secret: 's', other: undefined } as never)).not.toThrow();
  });
});
