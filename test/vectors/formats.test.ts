import { describe, expect, test } from 'vitest';
import { attachToken } from '../../packages/server/src/token/attach-token.ts';
import { verifyUrl } from '../../packages/server/src/index.ts';
import { akamaiCase } from '../support/akamai-case.ts';
import { catCase } from '../support/cat-case.ts';
import { googleCase } from '../support/google-cases.ts';
import { hmacCase } from '../support/hmac-cases.ts';
import { changedTokens, requestWith } from '../support/token-request.ts';
import { secureLinkCase } from '../support/secure-link-cases.ts';
import { absolute } from '../support/vector-cases.ts';
import type { Vector, VectorCase } from '../support/vector-cases.ts';
import akamai from './akamai.json' with { type: 'json' };
import alibaba from './alibaba.json' with { type: 'json' };
import bunny from './bunny.json' with { type: 'json' };
import cloudflare from './cloudflare.json' with { type: 'json' };
import cta from './cta.json' with { type: 'json' };
import google from './google.json' with { type: 'json' };
import nginx from './nginx.json' with { type: 'json' };
import others from './others.json' with { type: 'json' };
import tencent from './tencent.json' with { type: 'json' };

const files = { akamai, alibaba, bunny, cloudflare, cta, google, nginx, others, tencent };
const vectors = Object.values(files).flat() as unknown as Vector[];
const caseOf = (vector: Vector): VectorCase | undefined =>
  secureLinkCase(vector) ?? akamaiCase(vector) ?? hmacCase(vector) ?? googleCase(vector) ?? catCase(vector);

/** Vectors that no format of this package makes, each for a reason. */
const leftOut: Record<string, string[]> = {
  'a token without an expiry never ends': [
    'nginx-secure-link-secret-01',
    'nginx-secure-link-secret-02',
    'nginx-no-comma-01',
    'keycdn-image-token-01',
  ],
  'an expiry of ten digits is what azion demands; see nginx.test.ts': [
    'nginx-hardened-01',
    'nginx-hardened-02',
    'nginx-hardened-03',
  ],
};
/** Vectors that must be refused, with the status. */
const refused: Record<string, number> = {
  'nginx-secure-link-docs-02': 403, // signed for another address
  'nginx-path-prefix-04': 403, // leaves the folder by ../
};

test('every vector of every file is one of the cases', () => {
  const left = Object.values(leftOut).flat();
  const unclaimed = vectors.filter((vector) => !caseOf(vector) && !left.includes(vector.id)).map(({ id }) => id);
  expect(unclaimed).toEqual([]);
});

describe.each(
  vectors.flatMap((vector) => {
    const known = caseOf(vector);
    return known && !(vector.id in refused) ? [{ vector, ...known }] : [];
  }),
)('$vector.id $vector.note', ({ format, target, expires, expected, made, headers }) => {
  test('is what sign makes', async () => {
    const token = await format.sign(new URL(target), expires);
    expect(made ? made(token) : attachToken(target, token)).toBe(expected);
  });

  test('is accepted until its expiry, called expired after it, and refused when one character differs', async () => {
    const token = await format.sign(new URL(target), expires);
    const request = requestWith(target, token, headers);
    expect(await format.verify(request, expires - 1)).toMatchObject({ ok: true, expires });
    expect(await format.verify(request, expires + 60)).toMatchObject({ ok: false, status: 410 });
    for (const changed of changedTokens(token)) {
      expect(await format.verify(requestWith(target, changed, headers), expires - 1)).toMatchObject({
        ok: false,
        status: 403,
      });
    }
  });
});

test.each(Object.entries(refused))('%s is refused', async (id, status) => {
  const vector = vectors.find((each) => each.id === id)!;
  const { format, expires } = caseOf(vector)!;
  expect(vector.nginx?.status).toBe(status);
  expect(await verifyUrl(absolute(vector.url), { format, now: expires })).toMatchObject({ ok: false, status });
});
