import { expect, test } from 'vitest';
import { azion, verifyUrl } from '../../packages/server/src/index.ts';
import { azionHash } from '../../packages/server/src/formats/azion.ts';
import json from './nginx.json' with { type: 'json' };

interface Vector {
  id: string;
  format: string;
  secret: string;
  uri: string;
  expires?: string | number;
  token: string;
  url: string;
  nginx: { status: number };
}
const vectors = json as unknown as Vector[];
const NOW = 1_795_500_000;
const of = (format: string): Vector[] => vectors.filter((vector) => vector.format === format);
const statusOf = async ({ secret, url }: Vector): Promise<number> => {
  const format = azion({ secret, maxTtl: Infinity });
  const verdict = await verifyUrl(`https://cdn.example.com${url}`, { format, now: NOW });
  return verdict.ok ? 200 : verdict.status;
};

test('an nginx hardened with a map on the expiry and verify agree on every vector', async () => {
  expect(of('nginx-hardened')).toHaveLength(3);
  for (const vector of of('nginx-hardened')) expect(await statusOf(vector), vector.id).toBe(vector.nginx.status);
});

test('nginx without the comma in `secure_link` never expires; verify refuses expiries not of ten digits', async () => {
  const [vector] = of('nginx-no-comma');
  expect(vector?.nginx.status).toBe(200);
  expect(await statusOf(vector!)).toBe(403);
});

test('the hash behind the path form is the same one, over the directory', () => {
  expect(of('nginx-path-prefix')).toHaveLength(5);
  for (const { id, secret, uri, expires, token } of of('nginx-path-prefix')) {
    expect(azionHash(secret, uri, String(expires)), id).toBe(token);
  }
});
