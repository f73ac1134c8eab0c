import { describe, expect, test } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { CDN, URL_OF_SEGMENT, numbered, settle, startLoad, useFakeTime } from './dash-lab.ts';

useFakeTime();

describe('a request on its way', () => {
  test('goes out signed, and dash.js sees its unsigned URL', async () => {
    const { loader, dash } = startLoad();
    await settle();
    expect(loader.last).toMatchObject({
      url: `${URL_OF_SEGMENT}?st=t1`,
      headers: { range: 'bytes=0-9' },
      credentials: 'omit',
    });
    loader.end(200, { data: 'media', headers: { etag: '1' } });
    expect(dash.request.url).toBe(URL_OF_SEGMENT);
    expect(dash.response).toMatchObject({ status: 200, url: URL_OF_SEGMENT, data: 'media', headers: { etag: '1' } });
    expect(dash.seen).toEqual(['end']);
  });

  test('takes headers and cookies of the token along', async () => {
    const { loader } = startLoad(({ urls }) =>
      Promise.resolve(
        urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, headers: { 'x-token': '1' }, credentials: true })),
      ),
    );
    await settle();
    expect(loader.last).toMatchObject({
      url: URL_OF_SEGMENT,
      headers: { range: 'bytes=0-9', 'x-token': '1' },
      credentials: 'include',
    });
  });

  test('the token replaces a Common Access Token that dash.js has read in an answer, however its header is spelled', async () => {
    const { loader } = startLoad(
      ({ urls }) =>
        Promise.resolve(
          urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, headers: { 'Common-Access-Token': 'ours' } })),
        ),
      { headers: { 'common-access-token': 'read in an answer' } },
    );
    await settle();
    expect(loader.last.headers).toEqual({ range: 'bytes=0-9', 'Common-Access-Token': 'ours' });
  });

  test('a wait is in no date, neither is what comes before a replay', async () => {
    const { loader, dash } = startLoad(numbered(1500));
    await settle(1500);
    const sentAt = performance.now();
    await settle(200);
    loader.end(410);
    await settle(1500);
    const replayedAt = Date.now();
    expect(loader.last.url).toBe(`${URL_OF_SEGMENT}?st=t2`);
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

  test('what a loader has measured itself is left alone; what it has not is measured from when it went out', async () => {
    const { loader, dash } = startLoad(numbered(1500));
    await settle(1500);
    loader.progress({ noTrace: true });
    await settle(30);
    loader.progress({ time: 12 });
    loader.end(200);
    expect(dash.details.traces.map(({ d }) => d)).toEqual([12]);

    const other = startLoad(numbered(1500));
    await settle(1530);
    other.loader.progress({ time: null });
    expect(other.dash.details.traces.map(({ d }) => d)).toEqual([30]);
  });
});

describe('a refusal', () => {
  test('is replayed unseen, its body is not fed', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.sent[0]!.answer.status = 410;
    loader.progress({ noTrace: true });
    loader.end(410);
    expect(dash.seen).toEqual([]);
    await settle();
    expect(loader.last.url).toBe(`${URL_OF_SEGMENT}?st=t2`);
    loader.progress();
    loader.end(200);
    expect(dash.seen).toEqual(['progress', 'end']);
    expect(dash.response).toMatchObject({ status: 200, url: URL_OF_SEGMENT });
  });

  test('whose status only the XMLHttpRequest knows is not fed either', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.progress({ target: { status: 403 } as unknown as EventTarget });
    expect(dash.seen).toEqual([]);
  });

  test('that the loader reports twice counts once, as in dash.js 5.0', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.end(410);
    loader.end(410);
    await settle();
    expect(loader.sent).toHaveLength(2);
    const [first] = loader.sent;
    loader.end(200);
    first!.request.customData.onloadend?.();
    expect(dash.seen).toEqual(['end']);
  });

  test('of the replay, too, is shown', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.end(410);
    await settle();
    loader.end(410);
    await settle();
    expect(dash.seen).toEqual(['end']);
    expect(dash.response.status).toBe(410);
    expect(loader.sent).toHaveLength(2);
  });

  test('other failures and time-outs are shown at once', async () => {
    const { loader, dash } = startLoad();
    await settle();
    loader.end(404);
    expect(dash.seen).toEqual(['end']);

    const other = startLoad(({ urls }) =>
      Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 20, query: { st: '1' } }))),
    );
    await settle();
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
    dash.request.customData.onloadend = dash.request.customData.onprogress = undefined;
    dash.request.customData.abort?.();
    await settle(2000);
    expect(dash.seen).toEqual(['abort']);
    expect(loader.sent).toEqual([]);
  });

  test('on the wire: it hears of the end once', async () => {
    const { loader, dash } = startLoad();
    await settle();
    dash.request.customData.abort?.();
    loader.end(0);
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
  const outage = (): Promise<never> => Promise.reject(new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down'));

  test('is down: dash.js tries again by its own policy', async () => {
    const { dash, errors } = startLoad(outage);
    await settle(60_000);
    expect(dash.seen).toEqual(['end']);
    expect(dash.response.status).toBe(503);
    expect(errors).toEqual([]);
  });

  test('is down at the last try: the request waits, and goes on by itself', async () => {
    let isDown = true;
    const tokens = numbered();
    const { dash, loader, errors } = startLoad((request) => (isDown ? outage() : tokens(request)), {
      retryAttempts: 3,
    });
    await settle(60_000);
    expect(dash.seen).toEqual([]);
    expect(errors, 'there is a picture').toEqual([]);
    isDown = false;
    await settle(60_000);
    expect(loader.sent).toHaveLength(1);
  });

  test('is down at the last try, and there is no picture: an error says so, once', async () => {
    const { errors } = startLoad(outage, { retryAttempts: 3, readyState: 0 });
    await settle(120_000);
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_SIGNING_UNAVAILABLE' })]);
  });

  test('denies: an error says so, and the request is held until tokens are renewed', async () => {
    let isDenied = true;
    const tokens = numbered();
    const denial = new SecureTokenError('ERR_DENIED', 'no');
    const { source, dash, loader, errors } = startLoad((request) =>
      isDenied ? Promise.reject(denial) : tokens(request),
    );
    await settle(10_000);
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_DENIED' })]);
    expect(dash.seen).toEqual([]);
    isDenied = false;
    await source.renew();
    // what it renews is in use
    await source.sign(`${CDN}/other`);
    await settle();
    expect(loader.sent).toHaveLength(1);
  });

  test('the source is destroyed: the request ends', async () => {
    const { source, dash } = startLoad(numbered(1000));
    source.destroy();
    await settle();
    expect(dash.seen).toEqual(['end']);
    expect(dash.response.status).toBe(0);
  });
});
