import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secureToken, signUrl, verifyUrl } from '../../packages/server/src/index.ts';
import { hasNginx, startNginx } from '../support/nginx-server.ts';
import type { NginxServer } from '../support/nginx-server.ts';
import json from './azion.json' with { type: 'json' };

interface Vector {
  id: string;
  secret: string;
  method: string;
  url?: string;
  url_hex?: string;
  uri_gen?: { prefix: string; repeat: string; count: number };
  url_gen?: { query: string };
}
const vectors = json as unknown as Vector[];
const HOST = 'https://cdn.example.com';

/** Where the shipped nginx configuration and `verify` differ: which rule, for which vectors. */
const rules: Record<string, string[]> = {
  'nginx says 400 to a request it cannot read, before any configuration': ['azion-092', 'azion-095'],
  'nginx says 414 to a request line that does not fit its buffers': ['azion-152'],
};

const targetOf = ({ url, url_hex: hex, uri_gen: uri, url_gen: query }: Vector): Buffer => {
  if (hex) return Buffer.from(hex, 'hex');
  return Buffer.from(url ?? `${uri!.prefix}${uri!.repeat.repeat(uri!.count)}?${query!.query}`);
};

describe.skipIf(!hasNginx)('an nginx with the configuration that the package ships', () => {
  let nginx: NginxServer;
  beforeAll(async () => {
    nginx = await startNginx(
      18_391,
      (folder) => `
      location / { include ${folder}/secure-token.conf; try_files /none @ok; }
      location @ok { return 200 ok; }
      location /files/ { include ${folder}/secure-token.conf; root ${folder}/media; }`,
    );
  });
  afterAll(() => nginx.stop());
  const ask = (
    target: string | Buffer,
    method = 'GET',
    headers: Record<string, string> = {},
  ): ReturnType<NginxServer['ask']> => {
    const fields = Object.entries({ 'X-Secret': 'mysecret', ...headers }).map(([name, value]) => [
      name,
      Buffer.from(value),
    ]);
    return nginx.ask(Buffer.from(target), method, Object.fromEntries(fields) as Record<string, Buffer>);
  };

  test('gives the verdict of verify on every vector, or a named rule says why not', async () => {
    const verdicts: { id: string; nginx: number; verify: number }[] = [];
    for (const vector of vectors.filter(({ method }) => method === 'GET')) {
      const target = targetOf(vector);
      const answer = await ask(target, 'GET', { 'X-Secret': vector.secret });
      const format = secureToken({ secret: vector.secret, maxTtl: Infinity });
      const verdict = await verifyUrl(HOST + target.toString(), { format });
      verdicts.push({ id: vector.id, nginx: answer.status, verify: verdict.ok ? 200 : verdict.status });
    }
    const different = verdicts.filter((each) => each.nginx !== each.verify).map(({ id }) => id);
    expect(different.sort()).toEqual(Object.values(rules).flat().sort());
    expect(verdicts.filter(({ verify }) => verify === 200).length).toBeGreaterThan(40);
  });

  test('and on requests that no vector has, except where a URL parser has repaired the request first', async () => {
    const repaired = 'a URL has no raw backslash: clients send a slash, and nginx refuses one that does not';
    const expires = Math.floor(Date.now() / 1000) + 60;
    const format = secureToken({ secret: 'mysecret' });
    const good = (await signUrl(`${HOST}/my/uri`, { format, expires })).slice(HOST.length);
    const [, st, e] = /st=(.*)&e=(.*)/.exec(good)!;
    const targets: Record<string, string | undefined> = {
      [good]: undefined,
      [`${good}&x=1`]: undefined,
      [good.replace('?', '?x=1&')]: undefined,
      [`/my/uri?e=${e}&st=${st}`]: undefined,
      [`${good}&e=${e}`]: undefined,
      [`${good}&E`]: undefined,
      [`${good}&%65=1`]: undefined,
      [`${good}&%53T`]: undefined,
      [`${good}&s%74=1`]: undefined,
      [`${good}&est=1&see=2&s=3&t=4`]: undefined,
      [`${good}&&=&st2=1`]: undefined,
      [`/my/uri?st=${st}&e=${e}&st`]: undefined,
      '/my/uri?st&e': undefined,
      '/my/uri?': undefined,
      [good.replace('/my/', '/my%2F')]: undefined,
      [good.replace('/my/', '/x/../my/')]: undefined,
      [good.replace('/my/', '/%6dy/')]: undefined,
      [good.replace('/my/', '/x/%2e%2e/my/')]: undefined,
      [good.replace('uri', 'uri%1f')]: undefined,
      [good.replace('uri', 'uri%C2%80')]: undefined,
      [good.replace('uri', 'uri%ED%A0%80')]: undefined,
      [good.replace('uri', 'uri%C0%AE')]: undefined,
      [good.replace('/my/', '/my\\')]: repaired,
    };
    for (const [target, rule] of Object.entries(targets)) {
      const verdict = await verifyUrl(HOST + target, { format });
      const expected = verdict.ok ? 200 : verdict.status;
      const { status } = await ask(target);
      if (rule) expect([status, expected], target).toEqual([403, 200]);
      else expect(status, target).toBe(expected);
    }
  });

  test('nginx cannot add, so it has no maxTtl; verify refuses what lasts longer than a day', async () => {
    const target = `/my/uri?st=vtnDMNjOLp0UYZPsx1hDWQ&e=4102444800`;
    expect((await ask(target)).status).toBe(200);
    expect(await verifyUrl(HOST + target, { format: secureToken({ secret: 'mysecret' }) })).toMatchObject({
      status: 403,
    });
  });

  test('methods, ranges and refusals are those of createEdgeHandler', async () => {
    const format = secureToken({ secret: 'mysecret' });
    const url = (await signUrl(`${HOST}/files/film.mp4`, { format, expiresIn: 60 })).slice(HOST.length);
    const range = await ask(url, 'GET', { Range: 'bytes=0-9' });
    expect([range.status, range.body.length, range.headers['access-control-allow-origin']]).toEqual([206, 10, '*']);
    expect((await ask(url, 'HEAD')).status).toBe(200);
    expect((await ask('/files/film.mp4', 'OPTIONS')).status).toBe(204);
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(url, method)).status).toBe(405);
    for (const headers of [{}, { Range: 'bytes=5000-' }, { 'If-Modified-Since': new Date().toUTCString() }]) {
      const refused = await ask('/files/film.mp4', 'GET', headers);
      expect(refused).toMatchObject({
        status: 403,
        headers: {
          'access-control-allow-origin': '*',
          'cache-control': 'no-store',
          vary: 'Origin',
          date: expect.stringMatching(/GMT$/),
        },
      });
    }
    expect((await ask(url, 'GET', { 'X-Secret': '' })).status).toBe(500);
  });
});
