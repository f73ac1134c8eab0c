import { beforeEach, expect, test, vi } from 'vitest';
import { writeMistake, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import type { Token } from 'secure-token-core';
import type { Answer } from './lab-answers.ts';
import { after, each, fail, folder, inTurn } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { code, fakeTime, lab, watch } from './lab.ts';
import { advanceSeconds, seconds } from './lab-time.ts';
import { CDN, FOLDER, MASTER, segment } from './lab-urls.ts';

fakeTime();

let lines: Record<'debug' | 'warn' | 'error', string[]>;
beforeEach(() => {
  lines = { debug: [], warn: [], error: [] };
  for (const level of ['debug', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines[level].push(line);
    });
});
const asDefaultBuild = (): unknown => vi.stubGlobal('__DEVELOPMENT__', false);

test('`debug: true` writes one line a decision: wait, renew, attach, leave, replay', async () => {
  const { source } = lab(after(0.25, each()), { debug: true, protect: FOLDER });
  const all = [source.sign(MASTER), source.sign(segment(1))];
  await advanceSeconds(1);
  const [request] = await Promise.all(all);
  for (const name of ['pixel?id=1', 'other']) source.signNow(`https://ads.example/${name}`);
  const replay = watch(source.refused(request!, 403));
  await advanceSeconds(1);
  await source.refused(replay.value!, 403);
  const written = lines.debug.filter((line) => !line.includes('1.ts'));
  expect(written.map((line) => line.replace('secure-token: ', ''))).toEqual([
    `wait ${MASTER} (for a token, initial)`,
    `renew ${MASTER} (initial, and 1 more; the call took 0.25 s)`,
    `attach ${MASTER} (the token ends in 299.75 s)`,
    'leave https://ads.example (not protected)',
    `renew ${MASTER} (refused; the call took 0.25 s)`,
    `replay ${MASTER} (after 403, with another token)`,
    `attach ${MASTER} (the token ends in 299.75 s)`,
    `replay ${MASTER} (after 403, not sent again)`,
    expect.stringMatching(`error ${MASTER} .ERR_TOKEN_REFUSED`),
  ]);
});

test('`debug: true` writes denials, errors and pauses', async () => {
  watch(lab(inTurn(fail(503, { 'retry-after': '7' }), fail(403)), { debug: true }).source.sign(MASTER));
  await advanceSeconds(20);
  expect(lines.debug.slice(1)).toEqual([
    expect.stringMatching(/: error all URLs of the call \(ERR_SIGNING_UNAVAILABLE: The signing endpoint answered/),
    'secure-token: pause the signing endpoint (not called for 14.00 s)',
    expect.stringMatching(/: deny all URLs of the call \(ERR_DENIED: The signing endpoint answered 403\./),
  ]);
});

test.each<[string, number, (viewer: Lab) => unknown, Answer, true?]>([
  ['an endpoint that is not there, at once', 1, () => undefined, fail(404)],
  ['an endpoint that fails, after its second failure', 1, () => undefined, fail(500)],
  ['an endpoint that fails once', 0, () => undefined, inTurn(fail(500), folder())],
  ['getTokens that throws once', 1, () => undefined, inTurn(fail(500), folder()), true],
  ['a viewer who is denied', 1, () => undefined, fail(403)],
  [
    'an outage during playback',
    0,
    (viewer) => {
      viewer.answer = fail(500);
    },
    folder(60),
  ],
  [
    'a denial during playback',
    0,
    (viewer) => {
      viewer.answer = fail(403);
    },
    folder(60),
  ],
])('the default build writes what ends playback to the console, once: %s', async (_, count, later, answer, isOfApp) => {
  asDefaultBuild();
  let calls = 0;
  const getTokens = async (): Promise<Token> =>
    calls++ ? { query: { st: '1' }, expires: seconds() + 600 } : Promise.reject(new TypeError('down'));
  const viewer = lab(answer, { random: () => 0.5, ...(isOfApp && { endpoint: undefined as never, getTokens }) });
  for (let n = 0; n < 3; n++) {
    watch(viewer.source.sign(segment(n)));
    await advanceSeconds(n ? 60 : 0.4);
    if (n === 1) later(viewer);
  }
  expect(lines.error).toEqual(Array(count).fill(expect.stringMatching(/^secure-token: ERR_.*errors\.\w+#err_/)));
});

test('the default build tells of getTokens that throws during playback, once', async () => {
  asDefaultBuild();
  let calls = 0;
  const getTokens = async (): Promise<Token> => {
    if (calls++) throw new ReferenceError('buildTokens is not defined');
    return { prefix: FOLDER, query: { st: '1' }, expires: seconds() + 10 };
  };
  const { source } = lab(each(), { endpoint: undefined as never, getTokens });
  for (let n = 0; n < 20; n++) {
    watch(source.sign(segment(n), { patient: true }));
    await advanceSeconds(2);
  }
  expect(lines.error).toEqual([expect.stringContaining('getTokens threw ReferenceError: buildTokens is not defined.')]);
});

test('`debug: true` writes no token and no password', async () => {
  const more = { query: { st: 'SECRET' }, headers: { 'x-token': 'SECRET' }, base: `${CDN}/SECRET/` };
  const answer = folder(300, FOLDER, more);
  const { source } = lab(inTurn(answer, answer, fail(500)), { debug: true, protect: CDN });
  const request = await source.sign(`${MASTER}?st=SECRET&session=SECRET`);
  watch(source.refused(request, 403));
  await advanceSeconds(60);
  for (const url of [request.url, 'https://SECRET:SECRET@ads.example/?at=@SECRET']) source.signNow(url);
  expect(lines.debug.length).toBeGreaterThan(5);
  expect(lines.debug.join()).toEqual(expect.not.stringContaining('SECRET'));
});

test.each<[string, Answer, RegExp]>([
  ['an endpoint that is not there', fail(404), /answered 404\. Check its URL/],
  ['a log-in page for an answer', () => new Response('<!doctype html>'), /not JSON.* It is HTML or XML/],
  ['a token for another folder', folder(300, `${CDN}/vod/8/`), /has no token for this URL\. Send one with this "url"/],
])('a development build writes the error of %s once, with what to do', async (_, answer, sentence) => {
  const { source, errors } = lab(answer);
  for (let n = 0; n < 2; n++) await code(source.sign(MASTER));
  expect(lines.error).toEqual([expect.stringMatching(sentence)]);
  expect(lines.error[0]).toContain(errors()[0]!.message);
  expect(lines.error[0]).toMatch(
    / See (?:dist\/errors\.md#err_signing_response of the npm package|https:\S+\/errors\.html#err_signing_response)$/,
  );
  for (let n = 0; n < 40; n++) writeMistake(source, `mistake ${n}`);
  expect(lines.warn.splice(0), 'thirty lines for a source at most').toHaveLength(29);
});

const foreign = 'https://s.test/1.ts';
const differing = (by: number): Answer => {
  return (call) => ({ ...(each(by + 300)(call) as object), now: seconds() + by });
};
const signLater = async (source: Lab['source']): Promise<unknown> => {
  await advanceSeconds(0.4);
  return source.sign(MASTER);
};
test.each<[string, Answer, (source: Lab['source']) => unknown, RegExp | undefined]>([
  [
    'no CORS headers',
    each(),
    async (it) => it.refused(await it.sign(MASTER), 0),
    /no CORS headers.*errors\.\w+#status-0/,
  ],
  [
    'no protection',
    each(),
    (it) => writeUnprotectedRefusal(it, it.signNow(foreign)!, 403),
    /'https:\/\/s\.test\/' to 'protect'/,
  ],
  ['no such file', each(), (it) => writeUnprotectedRefusal(it, it.signNow(foreign)!, 404), undefined],
  ['a token that had ended', folder(-40), (it) => it.sign(MASTER), /'expires' \d+, in the past/],
  ['a clock that is ahead', differing(3600), (it) => it.sign(MASTER), /60 minutes ahead of.*live that much longer/],
  ['a clock that is 300 s ahead, in whole seconds', differing(300), signLater, /5 minutes ahead of/],
  ['a clock that is 299 s ahead', differing(299), signLater, undefined],
  ['a clock that is behind', differing(-301), (it) => it.sign(MASTER), /5 minutes behind.*end that much too early/],
])('a mistake without an error is explained once: %s', async (_, answer, work, text) => {
  const { source } = lab(answer, { protect: CDN });
  for (let n = 0; n < 2; n++) await work(source);
  expect([...lines.warn, ...lines.error]).toEqual(text ? [expect.stringMatching(text)] : []);
});

const untold: Answer = (call) => ({ ...(folder()(call) as object), now: undefined });
test.each<[number, RegExp, Answer, ((url: string) => string)?]>([
  [403, /answered 403 to a renewed token too, and has accepted no token/, folder()],
  [0, /without CORS headers, or the network failed/, folder()],
  [410, /lives for 300 s more: the clock of the edge is ahead/, folder()],
  [410, /^(?!.* s more).*'now'/, untold],
  [403, /had ended 40 s before/, folder(-40)],
  [403, /an empty query and no other carrier/, folder(300, FOLDER, { query: {} })],
  [403, /another value of 'st' than the token has/, each(), (url) => `${url}&st=OLD`],
  [403, /though it has accepted tokens of this signing endpoint before/, each(), (url) => `${url}&session=1`],
])('a request that is refused for good names its cause: %i, %s', async (status, cause, answer, change?) => {
  const { source } = lab(answer);
  const request = await source.sign(MASTER);
  if (change) source.noteAnswer(await source.sign(segment(1)), { url: segment(1) }, true);
  if (change) source.noteAnswer(request, { url: change(request.url) }, false);
  const error = source.explainRefusal(request, status);
  expect(error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: MASTER, status });
  expect(error.message).toMatch(cause);
  expect(error.message).not.toContain('OLD');
  asDefaultBuild();
  expect(source.explainRefusal(request, 403).message).toMatch(/ 403, .*secure-token doctor/);
});
