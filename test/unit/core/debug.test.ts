import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  CDN,
  FOLDER,
  MASTER,
  after,
  each,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  segment,
  watch,
} from './lab.ts';
import { liveViewer } from './live-viewer.ts';

fakeTime();

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'debug').mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const debug = { debug: true };

describe('debug: one line for each decision', () => {
  test('wait, renew, attach', async () => {
    const { source } = lab(after(0.25, folder()), debug);
    const signed = source.sign(MASTER);
    await advanceSeconds(1);
    await signed;
    expect(lines).toEqual([
      `secure-token: wait ${MASTER} (for a token, initial)`,
      `secure-token: renew ${MASTER} (initial, the call took 0.25 s)`,
      `secure-token: attach ${MASTER} (the token ends in 299.75 s)`,
    ]);
  });

  test('leave: a URL that needs no token, once for each origin', async () => {
    const { source } = lab(folder(), { ...debug, protect: FOLDER });
    const why = 'not protected';
    source.signNow('https://ads.example/pixel?id=SECRET');
    source.signNow('https://ads.example/other');
    await source.sign(`${CDN}/free/a.m3u8`);
    source.signNow('data:text/plain,a');
    expect(lines).toEqual([`secure-token: leave https://ads.example (${why})`, `secure-token: leave ${CDN} (${why})`]);
  });

  test('a password in a URL is not shown', async () => {
    const { source } = lab(folder(), { ...debug, protect: `${CDN}/` });
    source.signNow('https://user:pass@ads.example/pixel?x=1');
    source.signNow('https://user:pass@other.example/pixel?at=@');
    expect(lines.join()).not.toMatch(/user|pass/);
  });

  test('renew ahead of expiry, of several URLs', async () => {
    const { source } = lab(each(300), debug);
    await Promise.all([source.sign(segment(1)), source.sign(segment(2)), source.sign(segment(3))]);
    expect(lines).toContain(`secure-token: renew ${segment(1)} and 2 more (initial, the call took 0.00 s)`);
  });

  test('predict: names that no playlist has brought yet', async () => {
    await liveViewer(each(20), debug);
    const why = 'the last of 15 to come';
    expect(lines.filter((line) => line.includes('predict'))).toEqual([`secure-token: predict ${segment(21)} (${why})`]);
  });

  test('replay', async () => {
    const { source } = lab(folder(), debug);
    const request = await source.sign(MASTER);
    await source.refused(request, 403);
    expect(lines).toContain(
      `secure-token: replay ${MASTER} (the edge answered 403: sent again with another token after 0.00 s)`,
    );
  });

  test('replay: none, and the pause after many', async () => {
    const { source } = lab(folder(), debug);
    let request = await source.sign(MASTER);
    for (let i = 0; i < 6; i++) {
      const replay = await source.refused(request, 410);
      if (replay) expect(await source.refused(replay, 410)).toBeUndefined();
      request = source.signNow(MASTER)!;
    }
    expect(lines).toContain(`secure-token: replay ${MASTER} (the edge answered 410: not sent again after 0.00 s)`);
    const pauses = lines.filter((line) => line.includes(' pause '));
    expect(pauses).toEqual(['secure-token: pause no request is sent again, because too many were refused (10.00 s)']);
  });

  test('deny', async () => {
    const { source } = lab(fail(403), debug);
    watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /: deny all URLs of the call \(status 403, ERR_DENIED: .* answered 403\. .*renew\(\)\..*\)$/,
      ),
    );
  });

  test('deny: one URL', async () => {
    const { source } = lab(() => ({ tokens: [], denied: [MASTER] }), debug);
    watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(lines).toContainEqual(expect.stringContaining(`: deny ${MASTER} (ERR_DENIED: The signing endpoint lists`));
  });

  test('error, and the pause of the endpoint', async () => {
    const { source } = lab(inTurn(fail(503, { 'retry-after': '7' }), folder()), debug);
    watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(lines.slice(1)).toEqual([
      'secure-token: error all URLs of the call (status 503, ERR_SIGNING_UNAVAILABLE: ' +
        'The signing endpoint answered 503. Look at its log. ' +
        "Find out why with 'npx -p secure-token-cli secure-token doctor URL --endpoint URL'.)",
      'secure-token: pause the signing endpoint is not called (14.00 s)',
    ]);
  });

  test('error: a failure for which there is no event, with its reason', async () => {
    const { source } = lab(folder(300, `${CDN}/vod/8/`), debug);
    watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(lines.filter((line) => line.includes(' error '))).toEqual([
      expect.stringContaining(`error ${MASTER} (ERR_SIGNING_RESPONSE: The answer of the signing endpoint has no token`),
    ]);
  });

  test('no line has a token in it, not even one that a server has written into a URL', async () => {
    const more = { query: { st: 'SECRET' }, headers: { 'x-token': 'SECRET' }, base: `${CDN}/SECRET/` };
    const { source } = lab(inTurn(folder(300, FOLDER, more), folder(300, FOLDER, more), fail(500)), debug);
    const request = await source.sign(`${MASTER}?st=SECRET&session=SECRET`);
    watch(source.refused(request, 403));
    await advanceSeconds(60);
    source.signNow(request.url);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join('\n')).not.toContain('SECRET');
  });
});

describe('debug switched by the browser', () => {
  const item = (value: string | null): void => {
    vi.stubGlobal('document', { baseURI: `${CDN}/` });
    vi.stubGlobal('localStorage', { getItem: (key: string) => (key === 'secure-token:debug' ? value : null) });
  };

  test.each<[string | null, object, boolean]>([
    ['1', {}, true],
    ['0', {}, false],
    [null, {}, false],
    ['1', { debug: false }, false],
    [null, { debug: true }, true],
  ])('localStorage %j, options %j', async (value, options, isOn) => {
    item(value);
    await lab(folder(), options).source.sign(MASTER);
    expect(lines.length > 0).toBe(isOn);
  });

  test('storage that is blocked is off', async () => {
    item('1');
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
    await lab().source.sign(MASTER);
    expect(lines).toEqual([]);
  });
});
