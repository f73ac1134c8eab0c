import { encode } from 'cborg';
import { describe, expect, test } from 'vitest';
import type { EdgeAnswer } from '../../../packages/core/src/adapter.ts';
import { adoptToken, hideSignedUrl } from '../../../packages/core/src/adapter.ts';
import type { SignedRequest, Token } from '../../../packages/core/src/index.ts';
import { webTokenExpiry } from '../../../packages/core/src/adapter/web-token-expiry.ts';
import { CDN, FOLDER, MASTER, START, advanceSeconds, fakeTime, folder, lab, segment } from './lab.ts';

fakeTime();

const HEADER = 'CTA-Common-Access-Token';

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** A Common Access Token in the shape of most libraries, with or without tags. The seal is never looked at. */
const cat = (claims: Map<unknown, unknown>, tags: number[] = [0xd8, 0x3d, 0xd1]): string =>
  base64url(
    Uint8Array.of(...tags, ...encode([encode(new Map([[1, 5]])), new Map(), encode(claims), new Uint8Array(32)])),
  );

const endingAt = (expires: number): string =>
  cat(
    new Map<unknown, unknown>([
      [312, new Map([[3, new Map([[1, '/vod/7/']])]])],
      [4, expires],
      [7, Uint8Array.of(1)],
    ]),
  );

const answer = (value: string, more: EdgeAnswer = {}): EdgeAnswer => ({
  url: `${MASTER}?cat=first`,
  headers: new Headers({ [HEADER]: value }),
  ...more,
});

const withQuery = (more: Partial<Token> = {}) => folder(60, FOLDER, { query: { cat: 'first' }, ...more });

const catOf = (request: SignedRequest | undefined): string | null =>
  request ? new URL(request.url).searchParams.get('cat') : null;

describe('adopt: the edge answers with another token', () => {
  test('it is used from then on for all that the first one opens, until its own end', async () => {
    const { source, calls, events } = lab(withQuery(), { adopt: true });
    const request = await source.sign(MASTER);
    const next = endingAt(START + 600);
    adoptToken(source, request, answer(next));
    expect(catOf(source.signNow(segment(1)))).toBe(next);
    expect(events.filter(({ type }) => type === 'tokenrenewed').map(({ detail }) => detail)).toMatchObject([
      { reason: 'initial' },
      { reason: 'adopted', urls: [MASTER], expires: START + 600, wait: 0 },
    ]);
    for (let n = 0; n < 20; n++) {
      await advanceSeconds(20);
      expect(source.signNow(segment(n))).toBeDefined();
    }
    expect(calls).toHaveLength(1);
  });

  test('nor does it show where a redirect leads to a host without tokens', async () => {
    const { source } = lab(withQuery(), { adopt: true });
    source.allow(CDN);
    const request = await source.sign(MASTER);
    const next = endingAt(START + 600);
    adoptToken(source, request, answer(next));
    expect(source.unsign(`https://node7.test/master.m3u8?a=1&cat=${next}`)).toBe('https://node7.test/master.m3u8?a=1');
  });

  test('an edge that renews for hours: one call to the endpoint', async () => {
    const { source, calls } = lab(withQuery(), { adopt: true });
    await source.sign(MASTER);
    for (let at = 0; at < 4 * 3600; at += 4) {
      await advanceSeconds(4);
      const request = source.signNow(segment(at))!;
      adoptToken(source, request, answer(endingAt(START + at + 64)));
    }
    expect(calls).toHaveLength(1);
  });

  test('of an XMLHttpRequest, in a header that another CDN names', async () => {
    const { source } = lab(folder(60, FOLDER, { query: {}, headers: { 'X-Token': 'first' } }), {
      adopt: 'x-next',
    });
    const next = endingAt(START + 600);
    const xhr = {
      responseURL: MASTER,
      headers: {},
      getAllResponseHeaders: () => 'age: 1\r\nx-next: it\r\n',
      getResponseHeader: (name: string) => (name === 'x-next' ? next : null),
    };
    adoptToken(source, await source.sign(MASTER), xhr);
    expect(source.signNow(segment(1))?.headers).toEqual({ 'X-Token': next });
  });

  test.each(['https://CDN.test/vod/7/master.m3u8', 'https://cdn.test:443/vod/7/master.m3u8'])(
    'it is used for a URL that is not written as a browser writes it: %s',
    async (url) => {
      const { source } = lab(withQuery(), { adopt: true });
      const next = endingAt(START + 600);
      adoptToken(source, await source.sign(url), answer(next));
      expect(catOf(source.signNow(segment(1)))).toBe(next);
    },
  );

  test('an XMLHttpRequest is not asked for a header that the browser hides: it would complain', async () => {
    const { source } = lab(withQuery(), { adopt: true });
    const getResponseHeader = (): string => {
      throw new Error('asked');
    };
    adoptToken(source, await source.sign(MASTER), { getAllResponseHeaders: () => 'age: 1\r\n', getResponseHeader });
  });

  test.each<[string, { options?: object; answered?: EdgeAnswer; token?: Partial<Token> }]>([
    ['without the option', { options: {} }],
    ['from another host, behind a redirect', { answered: { url: 'https://elsewhere.example/master.m3u8' } }],
    ['where the token travels in the path', { token: { query: {}, base: `${CDN}/t/first/vod/7/` } }],
  ])('is not used: %s', async (_, { options = { adopt: true }, answered, token }) => {
    const { source } = lab(withQuery(token), options);
    const request = await source.sign(MASTER);
    adoptToken(source, request, answer(endingAt(START + 600), answered));
    expect(source.signNow(MASTER)?.url).toBe(request.url);
  });

  describe('an XMLHttpRequest that was redirected', () => {
    const path = '/tok-abcdefghijklmnop/vod/7/';
    const token = { query: {}, headers: { [HEADER]: 'first' }, base: `${CDN}${path}` };

    /** What is sent next, after an answer from `host`. */
    async function nextAfter(host: string, more: object = {}): Promise<string | undefined> {
      const { source } = lab(withQuery(token), { adopt: true });
      source.allow(CDN);
      const request = await source.sign(MASTER);
      const xhr: EdgeAnswer = Object.create({
        get responseURL() {
          return `${host}${path}master.m3u8`;
        },
        getAllResponseHeaders: () => `${HEADER}: it\r\n`,
        getResponseHeader: () => endingAt(START + 600),
      });
      Object.assign(xhr, more);
      hideSignedUrl(xhr, source);
      adoptToken(source, request, xhr);
      return source.signNow(MASTER)?.headers[HEADER];
    }

    test('to another host: that one brings no token, though the URL that is shown is of the first host', async () => {
      expect(await nextAfter('https://elsewhere.example')).toBe('first');
    });
    test('the URL that Video.js has asked for tells nothing of it', async () => {
      expect(await nextAfter('https://elsewhere.example', { url: MASTER })).toBe('first');
    });
    test('on the same host: its token is used', async () => {
      expect(await nextAfter(CDN, { url: 'https://elsewhere.example/' })).toBe(endingAt(START + 600));
    });
  });

  describe('an answer that a library of the page has wrapped, with a getter of its own for the URL', () => {
    /** What is sent next, after an answer from `url` whose prototype is that of the browser's object, or none. */
    async function nextAfter(url: string, prototype: object): Promise<string | null> {
      const { source } = lab(withQuery(), { adopt: true });
      const request = await source.sign(MASTER);
      const wrapped = Object.create(prototype, {
        url: { get: () => url },
        headers: { value: new Headers({ [HEADER]: endingAt(START + 600) }) },
      }) as EdgeAnswer;
      hideSignedUrl(wrapped, source);
      adoptToken(source, request, wrapped);
      return catOf(source.signNow(MASTER));
    }

    // that of the browser throws where it is asked in the name of a wrapper
    test.each([
      ['a plain object', {}],
      ['of the browser', Response.prototype],
    ])('%s: a token of another host is not used, one of the same host is', async (_, prototype) => {
      expect(await nextAfter('https://elsewhere.example/master.m3u8', prototype)).toBe('first');
      expect(await nextAfter(MASTER, prototype)).toBe(endingAt(START + 600));
    });
  });

  test('a token in a header beside a parameter of the app: the parameter stays', async () => {
    const { source } = lab(folder(60, FOLDER, { query: { v: '1' }, headers: { [HEADER]: 'first' } }), { adopt: true });
    const next = endingAt(START + 600);
    source.signNow(MASTER);
    adoptToken(source, await source.sign(MASTER), answer(next));
    const request = source.signNow(segment(1))!;
    expect(request.headers).toEqual({ [HEADER]: next });
    expect(request.url).toBe(`${segment(1)}?v=1`);
  });

  test.each(['cat', 'CAT', 'Common-Access-Token', 'CTA-Common-Access-Token'])(
    'a token in %s, between parameters that only sound like it: those stay',
    async (name) => {
      const others = { wildcat: '1', 'x-common-access-token': '2', category: '3', 'cta-common-access-token-id': '4' };
      const { source } = lab(folder(60, FOLDER, { query: { ...others, [name]: 'first' } }), { adopt: true });
      const next = endingAt(START + 600);
      adoptToken(source, await source.sign(MASTER), answer(next));
      const parameters = Object.fromEntries(new URL(source.signNow(MASTER)!.url).searchParams);
      expect(parameters).toEqual({ ...others, [name]: next });
    },
  );

  test('is not used: the token of the request was replaced meanwhile', async () => {
    const { source } = lab(withQuery(), { adopt: true });
    const request = await source.sign(MASTER);
    const next = endingAt(START + 600);
    adoptToken(source, request, answer(next));
    adoptToken(source, request, answer(endingAt(START + 900)));
    expect(catOf(source.signNow(MASTER))).toBe(next);
  });

  test.each([
    ['no token', 'hello'],
    ['one without an end', cat(new Map([[1, 'me']]))],
    ['one that has ended', endingAt(START - 1)],
    ['one that ends at this moment', endingAt(START)],
    ['one that ends in milliseconds', endingAt((START + 600) * 1000)],
  ])('is not used, and told once without its text: %s', async (_, value) => {
    const { source, events } = lab(withQuery(), { adopt: true });
    const request = await source.sign(MASTER);
    adoptToken(source, request, answer(value));
    adoptToken(source, request, answer(value));
    expect(catOf(source.signNow(MASTER))).toBe('first');
    const errors = events.filter(({ type }) => type === 'tokenerror').map(({ error }) => error);
    expect(errors).toMatchObject([{ code: 'ERR_SIGNING_RESPONSE', url: MASTER }]);
    expect(errors[0]!.message).toContain(HEADER);
    expect(errors[0]!.message).not.toContain(value);
  });

  test.each([[1], ['no header'], ['']])('the option is %j: refused', (adopt) => {
    expect(() => lab(withQuery(), { adopt } as object)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});

describe('webTokenExpiry', () => {
  const claims = (exp: unknown): Map<unknown, unknown> => new Map([[4, exp]]);

  test.each([
    ['tags 61 and 17', [0xd8, 0x3d, 0xd1]],
    ['tags 61 and 18', [0xd8, 0x3d, 0xd2]],
    ['a tag of two bytes', [0xd8, 0x11]],
    ['no tag', []],
  ])('%s: the end', (_, tags) => {
    expect(webTokenExpiry(cat(claims(1_900_000_000), tags))).toBe(1_900_000_000);
  });

  test('an end with a fraction', () => {
    expect(webTokenExpiry(cat(claims(1_900_000_000.5)))).toBe(1_900_000_000.5);
  });

  test('behind claims of every kind', () => {
    const before: [unknown, unknown][] = [
      [1, 'me'],
      ['grant', 1_900_000_000],
      [3, ['a', ['b']]],
      [-70000, new Map([[0, Uint8Array.of(1, 2)]])],
      [311, true],
      [310, 2 ** 40],
    ];
    expect(webTokenExpiry(cat(new Map([...before, [4, 1_900_000_000]])))).toBe(1_900_000_000);
  });

  test.each([
    [16, 1_900_000_000],
    [17, undefined],
  ])('behind a claim of lists in lists, %i deep: %s', (depth, end) => {
    let nested: unknown = 'a';
    for (let level = 0; level < depth; level++) nested = [nested];
    const before: [unknown, unknown][] = [[3, nested]];
    expect(webTokenExpiry(cat(new Map([...before, [4, 1_900_000_000]])))).toBe(end);
  });

  test.each([
    ['text', cat(claims('soon'))],
    ['no claim of the name', cat(new Map([[5, 1_900_000_000]]))],
    ['a list of three', base64url(encode([new Uint8Array(), new Map(), new Uint8Array()]))],
    ['nothing', ''],
    ['no base64url', '%%%'],
    ['cut off', cat(claims(1_900_000_000)).slice(0, 12)],
    ['a list of indefinite length', base64url(Uint8Array.of(0x9f, 0xff))],
    ['as deep as it is long', base64url(new Uint8Array(10_000).fill(0x81))],
    ['a map that claims to be long', base64url(Uint8Array.of(0x84, 0xbb, 255, 255, 255, 255, 255, 255, 255, 255))],
  ])('%s: none', (_, token) => {
    expect(webTokenExpiry(token)).toBeUndefined();
  });
});
