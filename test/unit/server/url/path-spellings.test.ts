import { describe, expect, test, vi } from 'vitest';
import { azionHash } from '../../../../packages/server/src/formats/azion.ts';
import { createEdgeHandler, azion, signUrl, verifyUrl } from '../../../../packages/server/src/index.ts';
import { pathSpellings } from '../../../support/path-spellings.ts';
import { HOST, NOW, ask, statusOf } from '../../../support/signing-endpoint.ts';

const format = azion({ secret: 'mysecret' });
const raw = azion({ secret: 'mysecret', pathForm: 'raw' });
const wideOpen = { allow: `${HOST}/` };

/** The statuses of an edge that protects everything, and of one that protects nothing of this. */
async function edgeStatuses(target: string): Promise<number[]> {
  const origin = (): Response => new Response();
  const edges = [undefined, '/elsewhere/'].map((protect) =>
    createEdgeHandler({ format, origin, clock: () => NOW * 1000, ...(protect !== undefined && { protect }) }),
  );
  return Promise.all(edges.map(async (edge) => (await edge(new Request(HOST + target))).status));
}

describe('a path that all servers read in the same way', () => {
  test.each(pathSpellings.one)('%s is signed, granted and let through', async (path) => {
    const { pathname, search } = new URL(await signUrl(HOST + path, { format, expires: NOW + 60 }));
    expect(await statusOf(HOST + path, wideOpen)).toBe(200);
    expect(await edgeStatuses(pathname + search)).toEqual([200, 200]);
  });
});

describe('a path that servers read in two ways', () => {
  test.each(pathSpellings.two)('%s is signed as its bytes, and neither granted nor let through', async (path) => {
    for (const each of [format, raw]) {
      const signed = await signUrl(HOST + path, { format: each, expires: NOW + 60 });
      expect(await verifyUrl(signed, { format: each, now: NOW })).toMatchObject({ ok: true });
    }
    const authorize = vi.fn(() => true);
    expect(await statusOf(HOST + path, { ...wideOpen, authorize })).toBe(403);
    expect(authorize).not.toHaveBeenCalled();
    const { search } = new URL(await signUrl(HOST + path, { format, expires: NOW + 60 }));
    expect(await edgeStatuses(path + search)).toEqual([403, 403]);
  });

  test('the log of the edge hears why', async () => {
    const refusals: unknown[] = [];
    const edge = createEdgeHandler({
      ...{ format, origin: () => new Response(), clock: () => NOW * 1000 },
      onRefusal: (refusal) => refusals.push(refusal),
    });
    for (const path of ['/vod/a;st=secret', '/vod/a.', '//x']) await edge(new Request(`${HOST}${path}?st=secret&e=1`));
    const why = ['at which some servers end', 'which Windows leaves out', '//'].map((text) => ({
      ...{ url: `${HOST}/…`, method: 'GET', status: 403, reason: 'malformed' },
      detail: expect.stringContaining(text) as string,
    }));
    expect(refusals).toEqual(why);
  });
});

describe('a path that everybody refuses', () => {
  test.each(pathSpellings.none)('%s has no token', async (path) => {
    const decoded = path.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    for (const each of [format, raw]) {
      const signing = signUrl(HOST + path, { format: each, expires: NOW + 60 });
      await expect(signing).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
      for (const hashed of [path, decoded]) {
        const search = `?st=${azionHash('mysecret', hashed, String(NOW + 60))}&e=${NOW + 60}`;
        expect(await verifyUrl(HOST + path + search, { format: each, now: NOW })).toMatchObject({ ok: false });
        expect(await edgeStatuses(path + search)).toEqual([403, 403]);
      }
    }
    expect(await statusOf(HOST + path, wideOpen)).toBe(403);
  });
});

test('a folder whose name is not in NFC is not granted, and what lies in it is signed one by one', async () => {
  const urls = ['/vod/cafe%CC%81/a.ts', '/vod/caf%C3%A9/a.ts', '/vod/7/cafe%CC%81.ts'].map((path) => HOST + path);
  const folders = azion({ secret: 'mysecret', depth: 2 });
  const { body } = await ask({ urls }, { ...wideOpen, format: folders });
  expect([body.tokens.length, body.denied]).toEqual([2, [urls[0]]]);
  expect((await ask({ urls }, wideOpen)).body.denied).toEqual([]);
});
