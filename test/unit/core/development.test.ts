import { readFileSync, readdirSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { writeEarlyFailure, writeMistake, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import type { Answer, Lab } from './lab.ts';
import {
  CDN,
  FOLDER,
  MASTER,
  START,
  advanceSeconds,
  after,
  code,
  each,
  fail,
  fakeTime,
  folder,
  inTurn,
} from './lab.ts';
import { lab, range, seconds, segment, watch } from './lab.ts';

fakeTime();

let lines: Record<'debug' | 'warn' | 'error', string[]>;
beforeEach(() => {
  lines = { debug: [], warn: [], error: [] };
  for (const level of ['debug', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => void lines[level].push(line));
});
const asDefaultBuild = (): unknown => vi.stubGlobal('__DEVELOPMENT__', false);

describe('`debug: true` writes one line for each decision', () => {
  test('wait, renew, attach, leave, replay', async () => {
    const { source } = lab(after(0.25, each()), { debug: true, protect: FOLDER });
    const all = range(1, 3).map((url) => source.sign(url));
    await advanceSeconds(1);
    const [request] = await Promise.all(all);
    for (const name of ['pixel?id=1', 'other']) source.signNow(`https://ads.example/${name}`);
    const waits = range(1, 3).map((url) => `secure-token: wait ${url} (for a token, initial)`);
    expect(lines.debug.slice(0, 5)).toEqual([
      ...waits,
      `secure-token: renew ${segment(1)} (initial, and 2 more; the call took 0.25 s)`,
      `secure-token: attach ${segment(1)} (the token ends in 299.75 s)`,
    ]);
    expect(lines.debug.at(-1)).toBe('secure-token: leave https://ads.example (not protected)');
    const replay = source.refused(request!, 403);
    await advanceSeconds(1);
    await source.refused((await replay)!, 403);
    const replays = lines.debug.filter((line) => line.includes(' replay '));
    expect(replays).toEqual(
      ['with another token', 'not sent again'].map((how) => `secure-token: replay ${segment(1)} (after 403, ${how})`),
    );
  });

  test('deny, error, pause', async () => {
    const { source } = lab(inTurn(fail(503, { 'retry-after': '7' }), fail(403)), { debug: true });
    watch(source.sign(MASTER));
    await advanceSeconds(20);
    expect(lines.debug.slice(1)).toEqual([
      expect.stringMatching(
        /: error all URLs of the call \(ERR_SIGNING_UNAVAILABLE: The signing endpoint answered 503\./,
      ),
      'secure-token: pause the signing endpoint (not called for 14.00 s)',
      expect.stringMatching(/: deny all URLs of the call \(ERR_DENIED: The signing endpoint answered 403\./),
    ]);
  });

  test('without tokens and passwords', async () => {
    const more = { query: { st: 'SECRET' }, headers: { 'x-token': 'SECRET' }, base: `${CDN}/SECRET/` };
    const { source } = lab(inTurn(folder(300, FOLDER, more), folder(300, FOLDER, more), fail(500)), {
      debug: true,
      protect: CDN,
    });
    const request = await source.sign(`${MASTER}?st=SECRET&session=SECRET`);
    watch(source.refused(request, 403));
    await advanceSeconds(60);
    for (const url of [request.url, 'https://SECRET:SECRET@ads.example/?at=@SECRET']) source.signNow(url);
    expect(lines.debug.length).toBeGreaterThan(5);
    expect(lines.debug.join()).not.toContain('SECRET');
  });
});

describe('the console of a development build shows the error of a mistake once', () => {
  const tokens = (more: object) => () => ({ tokens: [{ prefix: FOLDER, expires: START + 300, ...more }] });
  test.each<[string, Answer, RegExp]>([
    ['an endpoint that is not there', fail(404), /answered 404\. Check its URL/],
    ['a log-in page for an answer', () => new Response('<!doctype html>'), /HTML or XML/],
    [
      'a token for another folder',
      folder(300, `${CDN}/vod/8/`),
      /has no token for this URL\. Send one with this "url"/,
    ],
    [
      'a carrier that is misspelt',
      tokens({ params: { st: 'SECRET' } }),
      /tokens\[0\] without query, headers, base or credentials/,
    ],
    ['a time as text', tokens({ query: {}, expires: '1732450000' }), /expires is wrong\. It is text/],
  ])('%s', async (_, answer, sentence) => {
    const { source, errors } = lab(answer);
    for (let n = 0; n < 2; n++) await code(source.sign(MASTER));
    expect(lines.error).toEqual([expect.stringMatching(sentence)]);
    expect(lines.error[0]).toContain(errors()[0]!.message);
    expect(lines.error[0]).toMatch(/docs\/errors\.md#err_signing_response$/);
    expect(lines.error[0]).not.toContain('SECRET');
    asDefaultBuild();
    await code(lab(answer).source.sign(MASTER));
    writeMistake({}, 'A mistake.');
    expect([lines.error.length, lines.warn], 'the default build leaves that to the player').toEqual([1, []]);
  });

  test('thirty lines for a source at most', () => {
    const source = {};
    for (let n = 0; n < 40; n++) writeMistake(source, `mistake ${n}`);
    expect(lines.warn).toHaveLength(30);
  });

  test.each<[string, (it: Lab) => unknown, RegExp | undefined]>([
    [
      'a failure without a status',
      async ({ source }) => source.isRefusal(await source.sign(MASTER), 0),
      /no CORS headers.*docs\/troubleshooting\.md#status-0/,
    ],
    [
      'a refusal of what is not protected',
      ({ source }) => writeUnprotectedRefusal(source, source.signNow('https://s.test/1.ts')!, 403),
      /'https:\/\/s\.test\/'\]/,
    ],
    [
      'a file that is not there',
      ({ source }) => writeUnprotectedRefusal(source, source.signNow('https://s.test/1.ts')!, 404),
      undefined,
    ],
  ])('and explains %s', async (_, work, text) => {
    const it = lab(folder(), { protect: CDN });
    for (let n = 0; n < 2; n++) await work(it);
    expect(lines.warn).toEqual(text ? [expect.stringMatching(text)] : []);
  });

  test.each([
    [3600, /60 minutes ahead of.*live that much longer/],
    [-301, /5 minutes behind.*end that much too early/],
    [299, undefined],
  ])('and an endpoint whose clock differs by %i s', async (ahead, text) => {
    const { source } = lab(({ urls }) => {
      const now = seconds() + ahead;
      return { now, tokens: urls.map((url) => ({ url, expires: now + 300, query: { st: 'a' } })) };
    });
    for (const url of range(1, 9)) await source.sign(url);
    expect(lines.warn).toEqual(text ? [expect.stringMatching(text)] : []);
  });
});

describe('a request that is refused for good names its cause', () => {
  const cookie = { query: undefined as never, credentials: true };
  const untold: Answer = (call) => ({ ...(folder()(call) as object), now: undefined });
  test.each<[string, number, Answer, RegExp]>([
    ['at once', 403, folder(), /answered 403 to a renewed token too, and has accepted no token/],
    ['without a status', 0, folder(), /without CORS headers, or the network failed/],
    ['the clock of the edge is ahead', 410, folder(), /lives for 300 s more/],
    ['and the endpoint tells no time', 410, untold, /^(?!.* s more).*'now'/],
    ['of a cookie, which nobody sees', 410, folder(300, FOLDER, cookie), /300 s more/],
    ['a token that had ended', 403, folder(-40), /had ended 40 s before/],
    [
      'a token that puts nothing into the URL',
      403,
      folder(300, FOLDER, { query: {} }),
      /an empty query and no other carrier/,
    ],
  ])('%s: %i', async (_, status, answer, cause) => {
    const { source } = lab(answer);
    const error = source.explainRefusal(await source.sign(MASTER), status);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: MASTER, status });
    expect(error.message).toMatch(cause);
    asDefaultBuild();
    expect(source.explainRefusal(source.signNow(MASTER) ?? (await source.sign(MASTER)), 403).message).toMatch(
      /secure-token doctor/,
    );
  });

  test.each<[string, (url: string) => string, RegExp]>([
    ['with a second token', (url) => `${url}&st=OLD`, /another value of 'st' than the token has/],
    [
      'with a parameter of the app',
      (url) => `${url}&session=1`,
      /though it has accepted tokens of this signing endpoint before/,
    ],
    ['to where a redirect led', () => 'https://other.test/x?st=1', /though it has accepted/],
    ['where the browser does not tell', () => '', /though it has accepted/],
  ])('by what was sent: it went out %s', async (_, change, cause) => {
    const { source } = lab(each());
    source.noteAnswer(await source.sign(segment(1)), { url: segment(1) }, true);
    const request = await source.sign(MASTER);
    source.noteAnswer(request, { url: change(request.url) }, false);
    const { message } = source.explainRefusal(request, 403);
    expect(message).toMatch(cause);
    expect(message).not.toContain('OLD');
  });
});

test('a failure before the first picture is written, with the page of the documentation that explains it', async () => {
  asDefaultBuild();
  const { source, events } = lab(fail(403));
  await code(source.sign(MASTER));
  const { error } = events[0]!;
  writeEarlyFailure(source, error, true);
  for (const it of [error, error, new TypeError('down'), undefined]) writeEarlyFailure(source, it, false);
  expect(lines.error).toEqual([
    expect.stringMatching(/^secure-token: ERR_DENIED: .* See https:.*\/docs\/errors\.md#err_denied$/),
  ]);
});

test('every section of the documentation that a source names in the console is there', () => {
  const sources = readdirSync('packages', { recursive: true })
    .map(String)
    .filter((path) => /\/src\/.*\.ts$/.test(path));
  const texts = sources.map((path) => readFileSync(`packages/${path}`, 'utf8')).join('\n');
  const named = [
    ...texts.matchAll(/'([\w/-]+\.md)#([\w-]+)'/g),
    ...[...texts.matchAll(/\| '(ERR_\w+)'/g)].map(([, it]) => [it, 'errors.md', it!.toLowerCase()]),
  ];
  const missing = named.filter(([, page, anchor]) => {
    const headings = readFileSync(`docs/${page!}`, 'utf8').match(/(?<=^#+ ).+$/gm)!;
    return !headings.some(
      (it) =>
        it
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-') === anchor,
    );
  });
  expect(named.length).toBeGreaterThan(8);
  expect(missing.map(([whole]) => whole)).toEqual([]);
});
