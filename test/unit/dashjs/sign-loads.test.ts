import { describe, expect, test } from 'vitest';
import type { LoaderAnswer, LoaderRequest, LoaderResponse } from '../../../packages/dashjs/src/loader.ts';
import { signLoads } from '../../../packages/dashjs/src/sign-loads.ts';
import {
  CDN,
  DashRequest,
  FakeLoader,
  URL_OF_SEGMENT,
  createSession,
  numbered,
  settle,
  useFakeTime,
} from './dash-lab.ts';

useFakeTime();

type Load = (request: LoaderRequest, response: LoaderResponse) => void;

/** The loaders of a player that signs, as dash.js calls them. */
function secured() {
  const { source, session } = createSession(numbered());
  const loader = new FakeLoader();
  const extensions: ((this: { parent: FakeLoader }) => { load: Load })[] = [];
  const player = {
    ...session.player,
    extend: (_: string, extension: (typeof extensions)[number]) => extensions.push(extension),
  };
  const isSigned = signLoads(player, () => ({ ...session, player }));
  return { source, loader, isSigned, load: extensions[0]!.call({ parent: loader }).load };
}

/** Makes a request as dash.js does for the callback of an event: `urn:mpeg:dash:event:callback:2015`. */
const callback = (url: string): [LoaderRequest, LoaderResponse] => [{ url, customData: {} }, { status: 0 }];

describe('the loaders of dash.js', () => {
  test('a request of dash.js for a protected URL is signed, and known as signed', async () => {
    const { loader, load, isSigned } = secured();
    const dash = new DashRequest(URL_OF_SEGMENT);
    load(dash.request, dash.response);
    await settle();
    expect(loader.last.url).toBe(`${URL_OF_SEGMENT}?st=t1`);
    expect(isSigned(dash.details)).toBe(true);
  });

  test('the callback of an event, of which dash.js knows nothing more, is sent as it is', () => {
    const { loader, load } = secured();
    const [request, response] = callback('https://other.test/beacon');
    load(request, response);
    expect(loader.sent).toEqual([{ request, answer: response }]);
  });

  test('the callback of an event to a protected URL is signed, and sent again if it is refused', async () => {
    const { loader, load } = secured();
    const [request, response] = callback(`${CDN}/beacon`);
    load(request, response);
    await settle();
    expect(loader.last.url).toBe(`${CDN}/beacon?st=t1`);
    loader.end(403);
    await settle();
    expect(loader.last.url).toBe(`${CDN}/beacon?st=t2`);
    loader.progress();
    loader.end(200);
    expect(response).toMatchObject({ status: 200, url: `${CDN}/beacon` } satisfies LoaderAnswer);
    expect(request.url).toBe(`${CDN}/beacon`);
  });
});
