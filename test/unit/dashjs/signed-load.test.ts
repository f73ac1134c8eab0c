import { describe, expect, test } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { CDN, SEGMENT, numbered, settle, startLoad, useFakeTime } from './dash-lab.ts';

useFakeTime();

describe('a request on its way', () => {
  test('goes out signed, and dash.js sees its unsigned URL, in the task in which its loader reports', async () => {
    const { loader, dash, session } = startLoad();
    await settle();
    expect(loader.last).toMatchObject({
      url: `${SEGMENT}?st=t1`,
      headers: { range: 'bytes=0-9' },
      credentials: 'omit',
    });
    loader.end(200, { data: 'media', headers: { etag: '1' } });
    expect(dash.seen).toEqual(['end']);
    expect(dash.request.url).toBe(SEGMENT);
    expect(dash.response).toMatchObject({ status: 200, url: SEGMENT, data: 'media', headers: { etag: '1' } });
    expect(session.loads.size).toBe(0);
  });

  test('a wait is in no date, neither is what comes before a replay', async () => {
    const { loader, dash } = startLoad(numbered(1500));
    await settle(1500);
    const sentAt = performance.now();
    await settle(200);
    loader.end(410);
    await settle(1500);
    const replayedAt = Date.now();
    expect(dash.response.resourceTiming!.startTime).toBe(sentAt + 1700);
    await settle(80);
    loader.progress();
    await settle(20);
    loader.progress();
    loader.end(200);
    expect(dash.details.startDate.getTime()).toBe(replayedAt);
    expect(dash.details.firstByteDate!.getTime()).toBe(replayedAt + 80);
    expect(dash.details.traces.map(({ s, d }) => [s.getTime() - replayedAt, d])).toEqual([
      [0, 80],
      [80, 20],
    ]);
  });

  test.each([
    ['what the loader has measured is left alone', 12, 12],
    ['what it has not is measured from when the request went out', null, 30],
  ])('%s', async (_, time, expected) => {
    const { loader, dash } = startLoad(numbered(1500));
    await settle(1500);
    loader.progress({ noTrace: true });
    await settle(30);
    loader.progress({ time });
    expect(dash.details.traces.map(({ d }) => d)).toEqual([expected]);
  });
});

describe('a refusal', () => {
  test.each([
    ['the answer', {}, 410],
    ['the XMLHttpRequest alone', { target: { status: 410 } as unknown as EventTarget }, 0],
  ])('is replayed unseen, and its body is not fed: %s has the status', async (_, event, status) => {
    const { loader, dash } = startLoad();
    await settle();
    loader.sent[0]!.answer.status = status;
    loader.progress(event);
    loader.end(410);
    await settle();
    expect(loader.last.url).toBe(`${SEGMENT}?st=t2`);
    expect(dash.seen).toEqual([]);
    loader.progress();
    loader.end(200);
    expect(dash.seen).toEqual(['progress', 'end']);
    expect(dash.response).toMatchObject({ status: 200, url: SEGMENT });
  });

  test('that the loader reports twice counts once, as in dash.js 5.0', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.end(410);
    loader.end(410);
    await settle();
    loader.end(200);
    loader.sent[0]!.request.customData.onloadend?.();
    expect(loader.sent).toHaveLength(2);
    expect(dash.seen).toEqual(['end']);
  });

  test('is no other failure and no time-out: these are shown at once', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.end(404);
    expect(dash.seen).toEqual(['end']);
    expect(dash.response.status).toBe(404);

    const other = startLoad(async ({ urls }) =>
      urls.map((url) => ({ url, expires: Date.now() / 1000 + 20, query: { st: '1' } })),
    );
    await settle(30_000);
    other.loader.last.customData.ontimeout?.({});
    other.loader.end(0);
    expect(other.dash.seen).toEqual(['end']);
  });
});

describe('dash.js gives a request up', () => {
  test('while it waits: nothing goes out', async () => {
    const { loader, dash } = startLoad(numbered(1000));
    // as HTTPLoader does
    dash.request.customData.onprogress = undefined;
    dash.request.customData.onloadend = undefined;
    dash.request.customData.abort?.();
    await settle(2000);
    expect(loader.sent).toEqual([]);
    expect(dash.seen).toEqual(['abort']);
  });

  test('on the wire: it hears of the end once', async () => {
    const { loader, dash } = startLoad();
    await settle();
    dash.request.customData.abort?.();
    loader.end(0);
    await settle();
    expect(dash.seen).toEqual(['abort']);
  });

  test('before a replay: there is none', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.end(410);
    dash.request.customData.abort?.();
    await settle(1000);
    expect(loader.sent).toHaveLength(1);
    expect(dash.seen).toEqual(['abort']);
  });
});

describe('the signing endpoint', () => {
  test.each([
    [
      'is away: the request waits, and goes on by itself',
      new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down'),
      false,
    ],
    ['denies: the request waits until renew()', new SecureTokenError('ERR_DENIED', 'no'), true],
  ])('%s', async (_, failure, needsRenewal) => {
    let isFailing = true;
    const tokens = numbered();
    const { source, dash, loader } = startLoad((request) => (isFailing ? Promise.reject(failure) : tokens(request)));
    await settle(120_000);
    expect(dash.seen).toEqual([]);
    expect(loader.sent).toEqual([]);
    isFailing = false;
    await (needsRenewal ? source.renew() : settle(10_000));
    await settle();
    expect(loader.last.url).toBe(`${SEGMENT}?st=t1`);
  });

  test('denies after a refusal: the request waits until renew()', async () => {
    let isDenied = false;
    const tokens = numbered();
    const { source, dash, loader } = startLoad((request) =>
      isDenied ? Promise.reject(new SecureTokenError('ERR_DENIED', 'no')) : tokens(request),
    );
    await settle();
    isDenied = true;
    loader.end(403);
    await settle(10_000);
    expect(dash.seen).toEqual([]);
    isDenied = false;
    await source.renew();
    await settle();
    loader.end(200);
    expect(loader.sent).toHaveLength(2);
    expect(dash.seen).toEqual(['end']);
  });

  test.each([
    ['source is destroyed', ({ source }: ReturnType<typeof startLoad>) => source.destroy()],
    ['session ends', ({ session }) => session.loads.forEach((load) => load.release())],
  ])('is not there any more, for the %s: the request ends, and dash.js tries again', async (_, end) => {
    const load = startLoad(numbered(1000));
    end(load);
    await settle();
    expect(load.dash.seen).toEqual(['end']);
    expect(load.dash.response.status).toBe(0);
    expect(load.session.loads.size).toBe(0);
  });
});

test('a loader that throws ends its request, for which dash.js would wait for ever, and shows no token', async () => {
  const { dash } = startLoad(numbered(), ({ url }) => {
    throw new TypeError(`cannot load ${url}`);
  });
  await settle();
  expect(dash.seen).toEqual(['end']);
  expect(dash.response.statusText).not.toContain(CDN);
});
