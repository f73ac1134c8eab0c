import { describe, expect, test, vi } from 'vitest';
import { SignedLoad } from '../../../packages/dashjs/src/signed-load.ts';
import type { LoaderRequest } from '../../../packages/dashjs/src/loader.ts';
import { DashRequest, URL_OF_SEGMENT, createSession, numbered, settle, startLoad, useFakeTime } from './dash-lab.ts';

useFakeTime();

describe('a session that ends', () => {
  test.each([0, 1])(
    'while a request waits, refused %i times: it is loaded anew, by whoever signs now',
    async (refused) => {
      const { session, dash, loader, loadAnew } = startLoad(numbered(1000));
      if (refused) {
        await settle(1000);
        loader.end(410);
      }
      await settle(500);
      session.loads.forEach((load) => load.release());
      expect(loadAnew, 'dash.js may be about to give it up').not.toHaveBeenCalled();
      await settle(2000);
      expect(loadAnew.mock.calls).toEqual([[dash.request, dash.response]]);
      expect(loader.sent).toHaveLength(refused);
      expect(dash.seen).toEqual([]);
    },
  );

  test('together with its player: nothing is loaded', async () => {
    const { session, dash, loadAnew } = startLoad(numbered(1000));
    session.loads.forEach((load) => load.release());
    dash.request.customData.abort?.();
    await settle(2000);
    expect(loadAnew).not.toHaveBeenCalled();
    expect(dash.seen).toEqual(['abort']);
  });

  test('has no loads that have ended', async () => {
    const answered = startLoad();
    const givenUp = startLoad(numbered(1000));
    expect([answered.session.loads.size, givenUp.session.loads.size]).toEqual([1, 1]);
    await settle();
    answered.loader.end(200);
    givenUp.dash.request.customData.abort?.();
    expect([answered.session.loads.size, givenUp.session.loads.size]).toEqual([0, 0]);
  });
});

test('dash.js has the end of its manifest before anything is made of it', async () => {
  const { source, loader, dash } = startLoad(numbered(), { type: 'MPD' });
  vi.spyOn(source, 'learn').mockImplementation(() => {
    throw new Error('no manifest');
  });
  await settle();
  expect(() => loader.end(200, { data: '<MPD/>' })).toThrow('no manifest');
  expect(dash.seen).toEqual(['end']);
});

describe('a loader that throws', () => {
  const failing = async (load: (request: LoaderRequest) => void, isReady: boolean) => {
    const { session, source } = createSession(numbered());
    if (isReady) await source.sign(URL_OF_SEGMENT);
    const dash = new DashRequest(URL_OF_SEGMENT);
    new SignedLoad(dash.request, dash.response, session, load, vi.fn()).start();
    await settle();
    return { dash, session };
  };

  test.each([
    ['at once', true],
    ['after a wait for the token', false],
  ])('%s ends its request: dash.js would wait for ever', async (_, isReady) => {
    const { dash, session } = await failing(() => {
      throw new RangeError('no room');
    }, isReady);
    expect(dash.seen).toEqual(['end']);
    expect(dash.response).toMatchObject({ status: 0, statusText: 'RangeError: no room' });
    expect(session.loads.size).toBe(0);
  });

  test('with the signed URL in its error leaves that out of what dash.js is told', async () => {
    const { dash } = await failing(({ url }) => {
      throw new TypeError(`cannot load ${url}`);
    }, false);
    expect(dash.seen).toEqual(['end']);
    expect(dash.response.statusText).not.toContain('st=t1');
  });

  test('once it has ended the request ends it once', async () => {
    const { dash } = await failing(({ customData }) => {
      customData.onloadend?.();
      throw new TypeError('afterwards');
    }, false);
    expect(dash.seen).toEqual(['end']);
  });
});
