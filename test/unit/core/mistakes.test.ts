import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { noteAccepted, noteSentTo, writeMistake, writeUnprotectedRefusal } from '../../../packages/core/src/adapter.ts';
import type { Answer } from './lab.ts';
import {
  CDN,
  FOLDER,
  MASTER,
  START,
  advanceSeconds,
  each,
  fail,
  fakeTime,
  folder,
  inTurn,
  lab,
  segment,
  watch,
} from './lab.ts';

fakeTime();

let errors: string[];
let warnings: string[];
beforeEach(() => {
  errors = [];
  warnings = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line));
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void warnings.push(line));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const asDefaultBuild = (): unknown => vi.stubGlobal('__DEVELOPMENT__', false);

/** Signs `MASTER`, and lets the edge refuse that with `status`, and what it is sent then. */
async function refuseTwice({ source }: ReturnType<typeof lab>, status: number): Promise<void> {
  const request = await source.sign(MASTER);
  const replay = await source.refused(request, status);
  await source.refused(replay!, status);
}
/** The message of the last error that the app was told. */
const lastMessage = ({ events }: ReturnType<typeof lab>): string =>
  events.filter(({ type }) => type === 'tokenerror').at(-1)!.detail.error.message;

const notSigned =
  (answer: unknown): Answer =>
  () =>
    answer;

describe('the console of a development build', () => {
  test.each<[string, Answer, RegExp]>([
    ['an endpoint that is not there', fail(404), /answered 404\. Check its URL/],
    ['a log-in page for an answer', () => new Response('<!doctype html>'), /HTML or XML instead of JSON/],
    [
      'a token for another folder',
      folder(300, `${CDN}/vod/8/`),
      /has no token for this URL\. Send one with this 'url'/,
    ],
    [
      'a signed URL as `url`',
      ({ urls }) => ({
        tokens: urls.map((url) => ({
          url: `${url}?sig=SECRET`,
          expires: START + 300,
          headers: { 'x-token': 'SECRET' },
        })),
      }),
      /token for this URL with another query: a signed URL/,
    ],
    [
      'a signed URL as `url`, and no carrier',
      ({ urls }) => ({ tokens: urls.map((url) => ({ url: `${url}?sig=SECRET`, expires: START + 300 })) }),
      /no carrier.*If its url is signed: give the URL of the call unchanged/,
    ],
    [
      'a carrier that is misspelt',
      notSigned({ tokens: [{ prefix: FOLDER, expires: START + 300, params: { st: 'SECRET' } }] }),
      /no carrier.*'params' is no member of a token/,
    ],
    ['a time as text', notSigned({ now: '1732450000', tokens: [] }), /now is text/],
  ])('%s: one line with the remedy, which is the text that the app gets', async (_, answer, sentence) => {
    const { source } = lab(answer);
    const failed = watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(sentence);
    expect(errors[0]).toMatch(/docs\/errors\.md#err_signing_response$/);
    expect(errors[0]).toContain((failed.error as Error).message);
    expect(errors[0]).not.toContain('SECRET');
  });

  test.each([
    ['of the very same URL', {}],
    ['of its path with any query, named by another one', { url: `${MASTER}?a=1`, anyQuery: true }],
    ['of its folder', { url: undefined, prefix: FOLDER }],
  ])('a token %s that is not sent again: no signed URL is suspected', async (_, scope) => {
    const token = { url: MASTER, query: { st: 'a' }, expires: START + 60, ...scope };
    const { source } = lab(inTurn(notSigned({ tokens: [token] }), notSigned({ tokens: [] })));
    await source.sign(MASTER);
    await advanceSeconds(60);
    watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(errors).toEqual([expect.stringMatching(/has no token for this URL/)]);
  });

  test('members that may be left out are left out as null: nothing is written', async () => {
    const { source } = lab(({ urls }) => ({
      now: null,
      denied: null,
      tokens: [{ url: null, prefix: FOLDER, base: null, expires: START + 300, query: { st: urls.length, e: null } }],
    }));
    expect((await source.sign(MASTER)).url).toBe(`${MASTER}?st=1`);
    expect([errors, warnings]).toEqual([[], []]);
  });

  test('the same mistake is written once, whatever times are in it; another one anew', async () => {
    const { source } = lab(inTurn(fail(404), fail(404), fail(405)));
    for (let i = 0; i < 3; i++) {
      watch(source.sign(MASTER));
      await advanceSeconds(60);
    }
    expect(errors).toHaveLength(1);
    watch(lab(fail(404)).source.sign(MASTER));
    await advanceSeconds(1);
    expect(errors).toHaveLength(2);
  });

  test('an endpoint that says something else each time fills no console: thirty lines for a source', () => {
    const source = {};
    for (let n = 0; n < 40; n++) writeMistake(source, `mistake ${n}`);
    expect(warnings).toHaveLength(30);
    writeMistake({}, 'mistake of another source');
    expect(warnings).toHaveLength(31);
  });

  test('names that are only predicted, an abort and the end of a source are no mistakes', async () => {
    const { source } = lab();
    watch(source.sign(MASTER, { signal: AbortSignal.abort() }));
    watch(source.sign(segment(1)));
    source.destroy();
    await advanceSeconds(1);
    expect([errors, warnings]).toEqual([[], []]);
  });

  test('of the default build stays empty: there the player decides what is written', async () => {
    asDefaultBuild();
    const { source } = lab(fail(404));
    const failed = watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(failed.error).toMatchObject({ code: 'ERR_SIGNING_RESPONSE' });
    writeMistake(source, 'A mistake.');
    expect([errors, warnings]).toEqual([[], []]);
  });
});

describe('a request that the edge refuses for good names its cause, to the app and to the console', () => {
  const expectCause = (it: ReturnType<typeof lab>, cause: RegExp): void => {
    expect(lastMessage(it)).toMatch(cause);
    expect(errors).toEqual([expect.stringContaining(lastMessage(it))]);
  };

  test('403 at once', async () => {
    const it = lab(each());
    await refuseTwice(it, 403);
    expectCause(it, /answered 403 to a renewed token too, and has accepted no token of this signing endpoint/);
  });

  test('403 after others were let through', async () => {
    const it = lab(each());
    noteAccepted(await it.source.sign(segment(1)));
    await refuseTwice(it, 403);
    expectCause(it, /though it has accepted tokens of this signing endpoint before/);
  });

  test('a token that puts nothing into the URL', async () => {
    const it = lab(folder(300, FOLDER, { query: {} }));
    const request = await it.source.sign(MASTER);
    const refused = it.source.refused(request, 403);
    await advanceSeconds(2);
    expect(await refused).toBeUndefined();
    expectCause(it, /an empty query and no other carrier/);
  });

  test('410: by how much the clocks differ', async () => {
    const it = lab(each(300));
    await refuseTwice(it, 410);
    expectCause(it, /lives for 300 s more: the clock of the edge is ahead/);
  });

  test('the URL went out with a second token', async () => {
    const it = lab(each());
    const request = await it.source.sign(MASTER);
    const replay = await it.source.refused(request, 403);
    noteSentTo(replay!, `${replay!.url}&st=OLD`);
    await it.source.refused(replay!, 403);
    expectCause(it, /another value of 'st' than the token has/);
    expect(errors[0]).not.toContain('OLD');
  });

  test.each([
    ['with a parameter of the app', (url: string) => `${url}&session=1`],
    ['to where a redirect has led', () => 'https://other.test/x?st=1'],
    ['to an address that the browser does not tell', () => ''],
  ])('a request that went out %s has no second token', async (_, change) => {
    const it = lab(each());
    const request = await it.source.sign(MASTER);
    const replay = await it.source.refused(request, 403);
    noteSentTo(replay!, change(replay!.url));
    await it.source.refused(replay!, 403);
    expectCause(it, /has accepted no token of this signing endpoint/);
  });
});

describe('the default build', () => {
  const getTokens = (): Promise<never[]> => Promise.resolve([]);
  test.each<[string, object, RegExp]>([
    ['an option that does not exist', { protct: 'https://cdn.test/' }, /Unknown option 'protct'\.$/],
    ['text where seconds belong', { renewBefore: '60' }, /renewBefore/],
    ['a number that is none', { retry: { limit: NaN } }, /retry\.limit/],
    ['one status in place of a list', { refusals: 403 }, /refusals/],
    ['a RegExp that went through JSON', { protect: { source: '^https://cdn', flags: '' } }, /protect/],
  ])('options: %s is refused at once', (_, options, message) => {
    asDefaultBuild();
    expect(() => createTokenSource({ getTokens, ...options })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
    );
  });
});

test('every section of the documentation that a source names in the console is there', () => {
  const sources = readdirSync('packages', { recursive: true })
    .map(String)
    .filter((path) => /\/src\/.*\.ts$/.test(path));
  const named = sources.flatMap((path) => [
    ...readFileSync(join('packages', path), 'utf8').matchAll(/'([\w/-]+\.md)(?:#([\w-]+))?'/g),
  ]);
  const missing = named.filter(([, page, anchor]) => {
    const headings = readFileSync(join('docs', page!), 'utf8').match(/(?<=^#+ ).+$/gm)!;
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/ /g, '-'),
    );
    return anchor !== undefined && !anchors.includes(anchor);
  });
  expect(named.length).toBeGreaterThan(4);
  expect(missing.map(([whole]) => whole)).toEqual([]);
});

describe('a mistake without an error of its own', () => {
  test('a fresh token and no status: told once what that may be, but not offline', async () => {
    const { source } = lab(each());
    const request = await source.sign(MASTER);
    vi.stubGlobal('navigator', { onLine: false });
    source.isRefusal(request, 0);
    expect(warnings).toEqual([]);
    vi.unstubAllGlobals();
    for (let i = 0; i < 2; i++) source.isRefusal(await source.sign(segment(i)), 0);
    expect(warnings).toEqual([expect.stringContaining('the CDN sends no CORS headers with refusals')]);
    expect(warnings[0]).toMatch(/docs\/troubleshooting\.md#status-0-instead-of-403-or-410$/);
  });

  test.each([
    [3600, '60 minutes ahead of that of this device', 'live that much longer than meant'],
    [301, '5 minutes ahead of that of this device', 'live that much longer than meant'],
    [-3600, '60 minutes behind that of this device', 'end that much too early'],
  ])('an endpoint whose clock differs by %i s: told once', async (ahead, differs, effect) => {
    const { source } = lab(({ urls }) => ({
      now: Date.now() / 1000 + ahead,
      tokens: urls.map((url) => ({ url, expires: Date.now() / 1000 + ahead + 300, query: { st: 'a' } })),
    }));
    for (let i = 0; i < 20; i++) await source.sign(segment(i));
    expect(warnings).toEqual([expect.stringContaining(differs)]);
    expect(warnings[0]).toContain(effect);
  });

  test('an endpoint whose clock differs by less, or that tells no time: nothing is told', async () => {
    await lab(each()).source.sign(MASTER);
    await lab(({ urls }) => ({
      tokens: urls.map((url) => ({ url, expires: START + 300, query: { st: 'a' } })),
    })).source.sign(MASTER);
    expect(warnings).toEqual([]);
  });

  test('a host that `protect` does not cover refuses: told once for each, with what to write', async () => {
    const { source } = lab(folder(), { protect: FOLDER });
    for (const url of ['https://segments.test/1.ts', 'https://segments.test/2.ts', 'https://more.test/1.ts'])
      writeUnprotectedRefusal(source, source.signNow(url)!, 403);
    expect(warnings).toEqual([
      expect.stringContaining("'https://segments.test/'].") as string,
      expect.stringContaining("'https://more.test/'].") as string,
    ]);
  });

  test('a file that is not there, and a request with a token, are none', async () => {
    const { source } = lab(folder(), { protect: FOLDER });
    writeUnprotectedRefusal(source, source.signNow('https://segments.test/1.ts')!, 404);
    writeUnprotectedRefusal(source, await source.sign(MASTER), 403);
    expect(warnings).toEqual([]);
  });
});
