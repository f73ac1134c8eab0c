import { describe, expect, test } from 'vitest';
import { firewallAnswer } from '../../packages/server/src/azion/firewall-answer.ts';
import { matchesGlob } from '../../packages/server/src/format-parts/glob.ts';
import {
  cloudFront,
  createEdgeHandler,
  createSigningEndpoint,
  edgeAuth,
  secureLink,
} from '../../packages/server/src/index.ts';
import type { UrlRule } from '../../packages/server/src/index.ts';
import { allowList } from '../../packages/server/src/url/allow-list.ts';
import { judgeUrl } from '../../packages/server/src/url/judged-url.ts';
import { urlRules } from '../../packages/server/src/url/url-rule.ts';
import { cheap } from '../support/cheap-format.ts';
import { rsaKey } from '../support/format-samples.ts';
import { expectLinear, repeated } from '../support/growth.ts';
import { HOST, NOW, post } from '../support/signing-endpoint.ts';

const times = <T>(count: number, each: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => each(i));
/** Ignores the error of `work`: the server may refuse what an author writes, but has to find that out as quickly. */
const trying = (work: () => unknown) => (): void => {
  try {
    work();
  } catch {
    // ERR_OPTIONS
  }
};

describe('a rule as long as an author may write it, 4 to 16 kB', () => {
  const texts: Record<string, (length: number) => string> = {
    'a path': (n) => repeated('/a', n),
    'a path of many readings': (n) => repeated('/a+b;c', n),
    'folders named like files': (n) => repeated('/a.b', n),
    escapes: (n) => repeated('/%41', n - (n % 4)),
    'malformed escapes': (n) => `/${repeated('%', n)}`,
    spaces: (n) => `/${' '.repeat(n)}`,
    'dots that are none': (n) => repeated('/...', n),
    asterisks: (n) => `/${repeated('*', n)}`,
    'a host': (n) => `https://${repeated('a.', n)}b/`,
    'a host of dots': (n) => `https://${repeated('.', n)}/`,
  };
  test.each(Object.entries(texts))('text: %s', async (_, text) => {
    const work = (length: number): (() => void) => trying(() => urlRules(text(length)));
    await expectLinear(work, 4096);
  });

  const sources: Record<string, (length: number) => string> = {
    letters: (n) => repeated('a', n),
    'a host of letters': (n) => `^https://${repeated('a', n)}/`,
    colons: (n) => repeated(':', n),
    'colons behind a scheme': (n) => `^https://${repeated(':', n)}`,
    'colons in front of groups': (n) => `^${repeated(':()', n - (n % 3))}`,
    'dots of a host': (n) => `^${repeated('\\.', n - (n % 2))}`,
    'dots in front of groups': (n) => `^${repeated('\\.()', n - (n % 4))}`,
    'addresses in brackets': (n) => `^https://${repeated('\\[a\\]', n - (n % 5))}`,
    slashes: (n) => repeated('\\/', n - (n % 2)),
    groups: (n) => `^${repeated('(?:a)', n - (n % 5))}`,
    'groups in groups': (n) => `^${'('.repeat(n / 8)}a${')'.repeat(n / 8)}`,
    alternatives: (n) => `^${repeated('a|', n)}`,
    'question marks': (n) => repeated('\\?', n - (n % 2)),
    'optional question marks': (n) => repeated('\\??', n - (n % 3)),
    classes: (n) => `^${repeated('[a-z]', n - (n % 5))}`,
    'a class': (n) => `^[${repeated('?&', n)}]`,
    quantifiers: (n) => repeated('a{0,1}', n - (n % 6)),
    escapes: (n) => repeated('%41', n - (n % 3)),
    'look-aheads': (n) => repeated('(?=a)', n - (n % 5)),
  };
  test.each(Object.entries(sources))(
    'pattern: %s',
    async (_, source) => {
      const work = (length: number): (() => void) => {
        const rule = new RegExp(source(length));
        return trying(() => urlRules(rule));
      };
      await expectLinear(work, 4096);
    },
    60_000,
  );

  // What is looked for behind a sign costs little each time.
  const long: Record<string, (length: number) => string> = {
    'colons that are no ports': (n) => repeated(':a', n),
    'brackets of an address': (n) => `^https://${repeated('\\[', n)}`,
  };
  test.each(Object.entries(long))('pattern, 16 to 64 kB: %s', async (_, source) => {
    const work = (length: number): (() => void) => {
      const rule = new RegExp(source(length));
      return trying(() => urlRules(rule));
    };
    await expectLinear(work, 2 ** 14);
  });

  test('pattern: classes in classes', async () => {
    const work = (length: number): (() => void) => {
      const rule = new RegExp(
        `^${'['.repeat(length / 64)}a${']'.repeat(length / 64)}${repeated('[[a]b]', length - (length % 6))}`,
        'v',
      );
      return trying(() => urlRules(rule));
    };
    await expectLinear(work, 4096);
  });
});

describe('rules, 200 and 800, of which none fits', () => {
  const rules: Record<string, (i: number) => UrlRule> = {
    paths: (i) => `/x/${i}/`,
    'paths of many readings': (i) => `/x/${i};a/+b./`,
    hosts: (i) => `https://${i}.example.com/vod/`,
    patterns: (i) => new RegExp(`^/x/${i}/`),
    functions:
      (i) =>
      ({ pathname }) =>
        pathname === `/x/${i}`,
  };
  const url = judgeUrl(`${HOST}/vod/a+b;c/d.e/%2541`)!;
  test.each(Object.entries(rules))('%s', async (_, rule) => {
    const work = (count: number): (() => void) => {
      const isProtected = urlRules(times(count, rule));
      return () => expect(isProtected(url)).toBe(false);
    };
    await expectLinear(work, 200);
  });

  test.each(Object.entries(rules))('%s, as they are made', async (_, rule) => {
    const work =
      (count: number): (() => unknown) =>
      () =>
        urlRules(times(count, rule));
    await expectLinear(work, 200);
  });

  test('of the Azion file', async () => {
    const request = new Request(`${HOST}/vod/a+b;c/d.e`);
    const work = (count: number): (() => unknown) => {
      const rules = times(count, (i) => ({ host: `${i}.example.com`, path: `/x/${i}/` }));
      const args = { secure_token_secret: 'mysecret', rules };
      return () =>
        firewallAnswer({ request, args, respondWith: () => undefined, continue: () => undefined }, NOW * 1000);
    };
    await expectLinear(work, 200);
  });

  test('allowed prefixes', async () => {
    const work =
      (count: number): (() => unknown) =>
      () =>
        allowList(times(count, (i) => `${HOST}/x/${i};a/`)).holds(url);
    await expectLinear(work, 200);
  });
});

describe('headers of 8 to 32 kB', () => {
  const headers: Record<string, (length: number) => [name: string, value: string]> = {
    'Content-Type': (n) => ['Content-Type', `application/json;${' '.repeat(n)}`],
    Origin: (n) => ['Origin', repeated('https://a.', n)],
    Cookie: (n) => ['Cookie', repeated('a=1; ', n)],
    Authorization: (n) => ['Authorization', repeated('a ', n)],
    'Access-Control-Request-Headers': (n) => ['Access-Control-Request-Headers', repeated('a, ', n)],
    'one of many': (n) => [`x-${repeated('a', n)}`, 'a'],
  };
  const endpoint = createSigningEndpoint({
    format: cheap,
    authorize: () => true,
    allow: `${HOST}/`,
    ttl: 60,
    cors: { origins: times(100, (i) => `https://${i}.example.com`) },
    rateLimit: { limit: 1e9, window: 60, key: (request) => request.headers.get('Cookie') ?? 'nobody' },
  });
  test.each(Object.entries(headers))('the signing endpoint: %s', async (_, header) => {
    const work = (length: number): (() => Promise<unknown>) => {
      const [name, value] = header(length);
      return async () => [
        await endpoint(post({ urls: [`${HOST}/a`] }, { [name]: value })),
        await endpoint(new Request('https://h/token', { method: 'OPTIONS', headers: { [name]: value } })),
      ];
    };
    await expectLinear(work, 8192);
  });

  const cookies: Record<string, (length: number) => string> = {
    'of other sites': (n) => repeated('a=1; ', n),
    'of the token': (n) => repeated('CloudFront-Policy=a; ', n),
    'of the token, in other spellings': (n) => repeated('cloudfront-policy=a;CloudFront-Policy;', n),
    'without a name': (n) => repeated('=;', n),
    spaces: (n) => `a=b${' '.repeat(n)};`,
    'a policy': (n) => `CloudFront-Policy=${repeated('A', n)}; CloudFront-Signature=A; CloudFront-Key-Pair-Id=K`,
    'a signature': (n) => `CloudFront-Policy=A; CloudFront-Signature=${repeated('A~', n)}; CloudFront-Key-Pair-Id=K`,
  };
  const edges = [['/vod/'], undefined].map((protect) =>
    createEdgeHandler({
      format: cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }] }),
      origin: async () => new Response('x'),
      ...(protect && { protect }),
    }),
  );
  test.each(Object.entries(cookies))('the edge, whose tokens are cookies: cookies %s', async (_, cookie) => {
    const work = (length: number): (() => Promise<unknown>) => {
      const headers = new Headers({ Cookie: cookie(length) });
      return () => Promise.all(edges.map((edge) => edge(new Request(`${HOST}/a.mp4`, { headers }))));
    };
    await expectLinear(work, 8192);
  });
});

describe('options of a format, four times as long', () => {
  test('access list: patterns', async () => {
    const work = (length: number): (() => unknown) => {
      const format = edgeAuth({ key: '00ff', acl: times(length, (i) => `/${i}*`) });
      const sign = edgeAuth({ key: '00ff', acl: '/*' });
      return async () => {
        const token = await sign.sign(new URL(`${HOST}/a`), NOW + 60);
        for (let i = 0; i < 20; i++) {
          trying(() => format.sign(new URL(`${HOST}/a${i}`), NOW + 60))();
          await format.verify({ url: `${HOST}/a?hdnts=${token.query!.hdnts}`, headers: new Headers() }, NOW);
        }
      };
    };
    await expectLinear(work, 80);
  });

  test('a template of secureLink', async () => {
    const work = (length: number): (() => void) =>
      trying(() =>
        secureLink({
          secret: 's',
          hash: `{secret}${repeated('a{expires}', length - (length % 10))}{path}`,
          query: { a: `{token}${'b'.repeat(length)}`, b: '{expires}' },
        }),
      );
    await expectLinear(work, 8000);
  });

  test('secrets of a rotation', async () => {
    const work = (count: number): (() => unknown) => {
      const format = secureLink({
        secrets: times(count, (i) => `secret ${i};`),
        hash: '{path}{expires}{secret}',
        query: { a: '{token}', b: '{expires}' },
      });
      return () => format.verify({ url: `${HOST}/a?a=${'A'.repeat(22)}&b=${NOW + 60}`, headers: new Headers() }, NOW);
    };
    await expectLinear(work, 20);
  });
});

test('a glob of stars, 100 and 400', async () => {
  const work = (stars: number) => (): void =>
    expect(matchesGlob('a'.repeat(2000), `${'*a'.repeat(stars)}*b`)).toBe(false);
  await expectLinear(work, 100);
});
