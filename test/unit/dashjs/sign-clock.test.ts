import type { MediaPlayerClass } from 'dashjs';
import { afterEach, expect, test, vi } from 'vitest';
import { signClock } from '../../../packages/dashjs/src/sign-clock.ts';
import type { Session } from '../../../packages/dashjs/src/session.ts';
import { CDN, createSession, numbered, settle, useFakeTime } from './dash-lab.ts';

useFakeTime();
afterEach(() => vi.unstubAllGlobals());

interface Source {
  readonly schemeIdUri: string;
  readonly value: string;
}
const iso = (value: string): Source => ({ schemeIdUri: 'urn:mpeg:dash:utc:http-iso:2014', value });

/** dash.js's TimeSyncController, extended, and a server whose clock is `aheadMs` ahead. */
function setUp(session: Session | undefined, { aheadMs = 5000, statuses = [] as number[], silent = 0 } = {}) {
  const attempts: Source[][] = [];
  const parent = { attemptSync: (sources: Source[]) => attempts.push(sources), setConfig: vi.fn(), reset: vi.fn() };
  let extended!: {
    attemptSync(sources: Source[], isDynamic: boolean): void;
    setConfig(config: object): void;
    reset(): void;
  };
  const player = {
    extend: (_: string, extension: (this: object) => typeof extended) => {
      extended = extension.call({ parent });
    },
  };
  const now = { session };
  signClock(player as unknown as MediaPlayerClass, () => now.session);
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string, { method, headers, signal }: RequestInit & { headers: object }) => {
    asked.push(`${method} ${url} ${Object.keys(headers).join()}`.trim());
    if (asked.length <= silent) await new Promise((_, reject) => signal?.addEventListener('abort', reject));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const time = new Date(Date.now() + aheadMs - 100);
    const status = statuses.shift() ?? 200;
    return new Response(method === 'HEAD' ? null : time.toISOString(), {
      status,
      headers: { date: time.toUTCString() },
    });
  });
  return { attempts, asked, now, ...extended, parent };
}

const offsetOf = ({ value }: Source): number => Date.parse(value) - Date.now();

test('the time is asked for by a signed request, and handed to dash.js', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, attempts, asked } = setUp(session);
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(200);
  expect(asked).toEqual([`GET ${CDN}/time?st=t1`]);
  expect(attempts[0]![0]!.schemeIdUri).toBe('urn:mpeg:dash:utc:direct:2014');
  expect(offsetOf(attempts[0]![0]!)).toBe(5000);
});

test('a server that does not answer is waited for as long as dash.js would, and the next one is asked', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, attempts, asked } = setUp(session, { silent: 1 });
  const timeout = new AbortController();
  const waitsFor = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(timeout.signal);
  attemptSync([iso(`${CDN}/time ${CDN}/other-time`)], true);
  await settle(4900);
  expect([asked, attempts, waitsFor.mock.calls]).toEqual([[`GET ${CDN}/time?st=t1`], [], [[5000]]]);
  timeout.abort();
  await settle(400);
  expect(asked).toEqual([`GET ${CDN}/time?st=t1`, `GET ${CDN}/other-time?st=t2`]);
  expect(offsetOf(attempts[0]![0]!)).toBe(5000);
});

test('another server is asked only if the first has not answered; once one has, none is asked again', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, attempts, asked } = setUp(session, { statuses: [404] });
  const sources = ['silent', 'time', 'other-time'].map((name) => iso(`${CDN}/${name}`));
  attemptSync(sources, true);
  await settle(400);
  expect(asked).toEqual([`GET ${CDN}/silent?st=t1`, `GET ${CDN}/time?st=t2`]);
  expect(attempts[0]!.map(({ schemeIdUri }) => schemeIdUri)).toEqual(['urn:mpeg:dash:utc:direct:2014']);
  attemptSync(sources, true);
  await settle(0);
  expect([asked.length, attempts.length]).toEqual([2, 2]);
});

test('a token that does not come is waited for as long as dash.js would wait, and the next server is asked', async () => {
  const tokens = numbered();
  const { session } = createSession((request) =>
    request.urls.includes(`${CDN}/time`) ? new Promise(() => undefined) : tokens(request),
  );
  const { attemptSync, attempts, asked } = setUp(session);
  const timeout = new AbortController();
  const waitsFor = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(timeout.signal);
  attemptSync([iso(`${CDN}/time ${CDN}/other-time`)], true);
  await settle(4900);
  expect([asked, attempts, waitsFor.mock.calls[0]]).toEqual([[], [], [5000]]);
  timeout.abort();
  await settle(400);
  expect(asked).toEqual([`GET ${CDN}/other-time?st=t1`]);
  expect(offsetOf(attempts[0]![0]!)).toBe(5000);
});

test('an answer that comes after the player was given another source is not handed to dash.js', async () => {
  const { session } = createSession(numbered(1000));
  const { attemptSync, reset, attempts, asked, parent } = setUp(session);
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(500);
  reset();
  expect(parent.reset).toHaveBeenCalledOnce();
  await settle(1000);
  expect([asked.length, attempts.length]).toEqual([1, 0]);
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(200);
  expect(attempts).toHaveLength(1);
});

test('a refusal is replayed', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, attempts, asked } = setUp(session, { statuses: [410] });
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(400);
  expect(asked).toEqual([`GET ${CDN}/time?st=t1`, `GET ${CDN}/time?st=t2`]);
  expect(offsetOf(attempts[0]![0]!)).toBe(5000);
});

test('a manifest that comes again costs no request; when dash.js wants to know the time, it is asked for anew', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, attempts, asked } = setUp(session);
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(200);
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(200);
  expect(asked).toHaveLength(1);
  expect(offsetOf(attempts[1]![0]!)).toBe(5000);
  await settle(200);
  expect(asked).toHaveLength(2);
});

test('another token source asks anew', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, attempts, asked, now } = setUp(session);
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(200);
  session.source.destroy();
  now.session = createSession(numbered()).session;
  attemptSync([iso(`${CDN}/time`)], true);
  await settle(200);
  expect(asked).toHaveLength(2);
  expect(offsetOf(attempts[1]![0]!)).toBe(5000);
  await settle(200);
  expect(asked, 'when dash.js wants to know the time').toHaveLength(3);
});

test('a relative URL, the time in a header, one URL after the other', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, setConfig, attempts, asked, parent } = setUp(session, { statuses: [404] });
  const config = { baseURLController: { resolve: () => ({ url: `${CDN}/vod/` }) } };
  setConfig(config);
  setConfig({});
  expect(parent.setConfig).toHaveBeenCalledWith(config);
  attemptSync([{ schemeIdUri: 'urn:mpeg:dash:utc:http-head:2014', value: ' a  b ' }], true);
  await settle(500);
  expect(asked).toEqual([`HEAD ${CDN}/vod/a?st=t1`, `HEAD ${CDN}/vod/b?st=t2`]);
  expect(Math.abs(offsetOf(attempts[0]![0]!) - 5000)).toBeLessThan(1000);
});

test('one that does not answer is left out, others are dash.js to ask', async () => {
  const { session } = createSession(numbered());
  const { attemptSync, attempts } = setUp(session, { statuses: [404] });
  const others = [iso('https://time.test/'), { schemeIdUri: 'urn:mpeg:dash:utc:direct:2014', value: '2026-11-26' }];
  attemptSync([iso(`${CDN}/time`), ...others], true);
  await settle(500);
  expect(attempts).toEqual([others]);
});

test.each([
  [undefined, true],
  [createSession(numbered()).session, false],
] as const)('without a session, or on demand, dash.js asks as it does', async (session, isDynamic) => {
  const { attemptSync, attempts, asked } = setUp(session);
  attemptSync([iso(`${CDN}/time`)], isDynamic);
  await settle(200);
  expect(attempts).toEqual([[iso(`${CDN}/time`)]]);
  expect(asked).toEqual([]);
});
