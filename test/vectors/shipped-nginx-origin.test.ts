import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { azion, verifyUrl } from '../../packages/server/src/index.ts';
import type { Verdict } from '../../packages/server/src/index.ts';
import type { ShippedNginx } from '../support/nginx-shipped.ts';
import { decoded, secret, signed, startShippedNginx, tokenOf } from '../support/nginx-shipped.ts';

const format = azion({ secret });
const now = (): number => Math.floor(Date.now() / 1000);
const judge = (target: string): Promise<Verdict> => verifyUrl(`https://cdn.example.com${target}`, { format });
const statusOf = (verdict: Verdict): number => (verdict.ok ? 200 : verdict.status);

describe('the nginx configuration that is shipped: what reaches the origin', { tags: ['nginx'] }, () => {
  let nginx: ShippedNginx;
  beforeAll(async () => {
    nginx = await startShippedNginx();
  });
  afterAll(() => nginx.stop());

  /** Says the same as `verify`, and forwards the query of its verdict. */
  const compare = async (target: string): Promise<number> => {
    const verdict = await judge(target);
    const before = nginx.asked.length;
    expect(await nginx.status(target, secret), target).toBe(statusOf(verdict));
    expect(nginx.asked.length, target).toBe(before + Number(verdict.ok));
    if (verdict.ok)
      expect(nginx.asked.at(-1), target).toBe(`GET ${verdict.url.slice('https://cdn.example.com'.length)}`);
    return statusOf(verdict);
  };

  test('any order of the query: nginx and verify say the same, and keep the same rest', async () => {
    const harmless = [
      '',
      'x',
      'x=1',
      '=',
      '=st',
      '?',
      'ST2=1',
      'ste',
      'est=1',
      'e2=1',
      'ee',
      'best=st',
      'x=st=1',
      'st[]=1',
      'e[]=1',
      'st.=1',
      'st%00=1',
      '%65e=1',
      's%7=1',
      's%2574=1',
      'x=%26st=1',
      'x;st=1',
      'a+st=1',
      '%C3%A9=1',
      'x=/../',
    ];
    const spoiling = ['st', 'e', 'st=', 'st=x', 'e=1', 'ST=1', 'E', '%73t=1', 's%74', '%53%54=', '%45', 'sT=&E='];
    const pairs = fc
      .tuple(
        fc.array(fc.constantFrom(...harmless), { maxLength: 5 }),
        fc.option(fc.constantFrom(...spoiling), { freq: 3, nil: undefined }),
      )
      .chain(([fine, bad]) => {
        const all = [...fine, ...(bad === undefined ? [] : [bad]), 'TOKEN', 'EXPIRES'];
        return fc.shuffledSubarray(all, { minLength: all.length });
      });
    const seen = { 200: 0, 403: 0 } as Record<number, number>;
    const property = fc.asyncProperty(pairs, async (drawn) => {
      const expires = now() + 60;
      const own = { TOKEN: `st=${tokenOf('/a b.mp4', expires)}`, EXPIRES: `e=${expires}` };
      const status = await compare(
        `/a%20b.mp4?${drawn.map((each) => (each in own ? own[each as 'TOKEN'] : each)).join('&')}`,
      );
      seen[status] = (seen[status] ?? 0) + 1;
    });
    await fc.assert(property, { numRuns: 400, seed: 20261125 });
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(100);
  }, 60_000);

  test('%2B reaches the origin as +, which S3 takes for a space', async () => {
    for (const path of ['/a%2Bb.mp4', '/a+b.mp4']) {
      expect(await compare(signed(path)), path).toBe(200);
      expect(nginx.asked.at(-1)).toBe('GET /a+b.mp4');
    }
  });

  test('empty pairs and parameters that only begin like the token stay', async () => {
    const expires = now() + 60;
    const [st, e] = [`st=${tokenOf('/a.mp4', expires)}`, `e=${expires}`];
    for (const query of [`ST2=1&${e}&&${st}`, `&&${e}&${st}`, `${st}&&&${e}`, `${st}&${e}&&`, `x&&${st}&&y&&${e}&&z`])
      expect(await compare(`/a.mp4?${query}`), query).toBe(200);
  });

  test.each(['/my/uri', '/my/', '/'])(
    'every byte behind %s, as an escape: refused where verify refuses',
    async (path) => {
      for (let byte = 0; byte < 256; byte++) {
        const escape = `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;
        // nginx answers 400 to %00
        if (byte === 0) continue;
        for (const target of [signed(path + escape), signed(`${path + escape}x`)]) {
          expect(await nginx.status(target, secret), target).toBe(statusOf(await judge(target)));
        }
      }
      for (const control of ['%C2%80', '%C2%85', '%C2%9F', '%0A%0A', '%0D%0A', 'x%0A', '%C3%A9%0A']) {
        const target = signed(path + control);
        expect(await nginx.status(target, secret), target).toBe(403);
        expect(statusOf(await judge(target)), target).toBe(403);
      }
      for (const fine of ['%C2%A0', '%E2%80%A8', '%F0%9F%8E%AC']) {
        const target = signed(path + fine);
        expect(await nginx.status(target, secret), target).toBe(200);
        expect(statusOf(await judge(target)), target).toBe(200);
      }
    },
  );

  test('a line feed behind the token or the expiry is not part of it', async () => {
    const expires = now() + 60;
    const st = tokenOf('/a.mp4', expires);
    for (const end of ['%0A', '%0a', '%0D', '%00', '%20', '+', '%0A%0A']) {
      expect(await compare(`/a.mp4?st=${st}${end}&e=${expires}`)).toBe(403);
      expect(await compare(`/a.mp4?st=${st}&e=${expires}${end}`)).toBe(403);
    }
  });

  test('other forms of a request are judged like any other', async () => {
    const good = signed('/a.mp4');
    const bad = good.replace('/a.mp4', '/b.mp4');
    const forms: ((target: string) => readonly string[])[] = [
      (target) => [`GET http://cdn.example.com${target} HTTP/1.1`, 'Host: cdn.example.com'],
      (target) => [`GET http://other.example${target} HTTP/1.1`, 'Host: cdn.example.com'],
      (target) => [`GET ${target} HTTP/1.0`],
      (target) => [`GET ${target}#fragment HTTP/1.1`, 'Host: h'],
      (target) => [`GET ${target} HTTP/1.1`, 'Host: h', 'Range: bytes=0-0', 'If-Range: "1"'],
      (target) => [`GET ${target} HTTP/1.1`, 'Host: h', 'Range: bytes=0-0', 'If-Range: "other"'],
      (target) => [`GET ${target} HTTP/1.1`, 'Host: h', 'If-None-Match: "1"'],
    ];
    for (const form of forms) {
      expect((await nginx.send(form(bad))).status, form('').join()).toBe(403);
      expect((await nginx.send(form(good))).status, form('').join()).toBe(200);
      expect(nginx.asked.at(-1)).toBe('GET /a.mp4');
    }
  });

  test('dot segments are resolved before anything is judged, as URL does', async () => {
    for (const path of ['/x/../a.mp4', '/x/%2e%2e/a.mp4', '/./a.mp4', '/x/%2E./a.mp4', '/../a.mp4']) {
      const target = signed('/a.mp4').replace('/a.mp4', path);
      // nginx answers 400 to a path that would leave the root
      expect(await nginx.status(target, secret), path).toBe(path.startsWith('/..') ? 400 : 200);
      expect(statusOf(await judge(target))).toBe(200);
    }
  });

  test('double slashes are refused whether nginx merges them or not', async () => {
    const unmerged = await startShippedNginx({ server: 'merge_slashes off;' });
    try {
      for (const path of ['//a.mp4', '/x//a.mp4', '/x/%2Fa.mp4', '/x%2f/a.mp4', '/x//../a.mp4']) {
        for (const hashed of [path, decoded(path).toString(), '/a.mp4', '/x/a.mp4']) {
          const target = signed(hashed).replace(/^[^?]*/, path);
          for (const each of [nginx, unmerged]) expect(await each.status(target, secret), target).toBe(403);
          // `URL` resolves it to /x/a.mp4 before `verify` sees it
          if (path !== '/x//../a.mp4') expect(statusOf(await judge(target)), target).toBe(403);
        }
      }
    } finally {
      await unmerged.stop();
    }
  });
});
