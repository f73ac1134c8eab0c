import type Hls from 'hls.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TokenRequest, TokensAnswer } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { TOKEN_EVENTS } from 'secure-token-core/adapter';
import { secureToken as secureDash } from '../../packages/dashjs/src/index.ts';
import { installSecureFetch } from '../../packages/fetch/src/index.ts';
import { secureToken as secureHls } from '../../packages/hlsjs/src/index.ts';
import { secureVideo } from '../../packages/progressive/src/index.ts';
import { secureToken as secureShaka } from '../../packages/shaka/src/index.ts';
import { registerTokenWorker } from '../../packages/worker/src/index.ts';
import { countListeners } from '../support/count-listeners.ts';
import { FakeMedia, stubPage } from '../support/fake-media.ts';
import { DashRequest, FakePlayer as FakeDash } from './dashjs/dash-lab.ts';
import { FakeLoader } from './hlsjs/loader-lab.ts';
import { edge, loadShaka } from './shaka/shaka-lab.ts';
import { FakeProgressEvent, FakeXhr } from './videojs/fake-xhr.ts';
import { FakePlayer as FakeVideo, FakeVideojs } from './videojs/videojs-lab.ts';

const CDN = 'https://cdn.test';

let source: AdapterSource;
/** The number of calls to the endpoint. */
let calls: number;
/** What the endpoint does: it is away, denies URLs with this text, or never answers. */
let isAway: boolean;
let denied: string;
let isSilent: boolean;
/** The edge refuses URLs with this text. */
let refused: string;

const isAbout = (url: string, text: string): boolean => text !== '' && url.includes(text);
const statusOf = (url: string): number => (isAbout(url, refused) ? 403 : 200);
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100);

async function getTokens({ urls }: TokenRequest): Promise<TokensAnswer> {
  calls++;
  if (isSilent) return new Promise(() => undefined);
  if (isAway) throw new TypeError('down');
  const tokens = urls.map((url) => ({ url, expires: Date.now() / 1000 + 600, query: { st: `${calls}` } }));
  return { tokens, denied: urls.filter((url) => isAbout(url, denied)) };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('ProgressEvent', FakeProgressEvent);
  vi.stubGlobal('location', new URL('https://page.test/'));
  for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  calls = 0;
  isSilent = false;
  isAway = false;
  refused = '';
  denied = '';
  source = createTokenSource({ getTokens, protect: CDN, random: () => 0, retry: { limit: 0 } }) as AdapterSource;
});
afterEach(() => {
  source.destroy();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A player with the shared source. */
interface Viewer {
  /** The player makes a request below its folder, or its film fails. */
  request(): Promise<unknown>;
  /** The events that the app hears of its player. */
  readonly heard: readonly string[];
  end(): unknown;
}
/** Makes players that request what is in the folder of this name. */
type Create = (folder: string) => Viewer | Promise<Viewer>;

/** Returns a list, and a function that adds an event to it. */
function hearing() {
  const heard: string[] = [];
  const hear = (type: string, detail: unknown): void => {
    const { error, status = '' } = detail as { error?: { code: string }; status?: number };
    heard.push(`${type} ${error?.code ?? status}`.trim());
  };
  return { heard, hear };
}

/** Returns the URLs that a player requests, one after the other. */
function urlsIn(folder: string): () => string {
  let number = 0;
  return () => `${CDN}/${folder}/${++number}.m4s`;
}

class AnsweredXhr extends FakeXhr {
  override send(body?: unknown): void {
    super.send(body);
    queueMicrotask(() => this.answer(statusOf(this.answeredFrom)));
  }
}

function videojs(): Create {
  const lib = new FakeVideojs(AnsweredXhr);
  return (folder) => {
    const player = new FakeVideo(lib);
    const { heard, hear } = hearing();
    const nextUrl = urlsIn(folder);
    player.src = `${CDN}/${folder}/film.m3u8`;
    player.on([...TOKEN_EVENTS], ({ type, detail }) => hear(type, detail));
    player.secureToken(source);
    const request = (): Promise<unknown> => {
      player.request(nextUrl());
      return settle();
    };
    return { request, heard, end: () => player.dispose() };
  };
}

function shaka(): Create {
  const lib = loadShaka('shaka-player');
  const { NetworkingEngine } = lib.net;
  NetworkingEngine.registerScheme('https', (uri, ...more) => edge(lib, [statusOf(uri)], [])(uri, ...more));
  return (folder) => {
    const engine = new NetworkingEngine();
    engine.configure({ forceHTTP: false, forceHTTPS: false, minBytesForProgressEvents: 0 } as never);
    const { heard, hear } = hearing();
    const nextUrl = urlsIn(folder);
    const player = {
      getNetworkingEngine: () => engine,
      getMediaElement: () => null,
      getAssetUri: () => null,
      dispatchEvent: ({ type, detail }: { type: string; detail: unknown }) => hear(type, detail),
    };
    secureShaka(player, source);
    const parameters = { ...NetworkingEngine.defaultRetryParameters(), maxAttempts: 1 };
    const request = (): Promise<unknown> => {
      const { promise } = engine.request(0, NetworkingEngine.makeRequest([nextUrl()], parameters));
      promise.catch(() => undefined);
      return settle();
    };
    return { request, heard, end: () => engine.destroy() };
  };
}

function dashjs(): Create {
  return (folder) => {
    const player = new FakeDash();
    const { loader } = player;
    const { heard, hear } = hearing();
    const nextUrl = urlsIn(folder);
    player.trigger = (type, event) => hear(type, event);
    secureDash(player as never, source);
    const request = async (): Promise<void> => {
      const dash = new DashRequest();
      player.load({ ...dash.request, url: nextUrl() }, dash.response);
      await settle();
      for (let answered = 0; answered < loader.sent.length; await settle()) {
        answered = loader.sent.length;
        loader.end(statusOf(loader.last.url));
      }
    };
    return { request, heard, end: () => player.destroy() };
  };
}

function progressive(): Create {
  stubPage(statusOf);
  return async (folder) => {
    const media = new FakeMedia();
    const { heard, hear } = hearing();
    const secure = await secureVideo(media as never, `${CDN}/${folder}/film.mp4`, { source });
    for (const type of TOKEN_EVENTS)
      secure.addEventListener(type, (event) => hear(type, (event as CustomEvent<unknown>).detail));
    media.arrive(600);
    const request = async (): Promise<void> => {
      media.fail(2);
      await settle();
      media.arrive(600);
      media.time += 10;
      media.tell('timeupdate');
    };
    return { request, heard, end: () => secure.destroy() };
  };
}

async function hlsjs(): Promise<Create> {
  vi.stubGlobal('self', globalThis);
  const { default: HlsClass } = (await import('hls.js')) as { default: typeof Hls };
  return (folder) => {
    const hls = new HlsClass({ autoStartLoad: false, loader: FakeLoader });
    secureHls(hls, source);
    const request = (): Promise<unknown> => {
      hls.loadSource(`${CDN}/${folder}/film.m3u8`);
      return settle();
    };
    return { request, heard: [], end: () => hls.destroy() };
  };
}

function fetching(): Create {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('')));
  return (folder) => {
    const { uninstall } = installSecureFetch(source);
    const nextUrl = urlsIn(folder);
    const request = (): Promise<unknown> => {
      void fetch(nextUrl());
      return settle();
    };
    return { request, heard: [], end: uninstall };
  };
}

function worker(): Create {
  const active = { scriptURL: '', postMessage: () => undefined };
  const register = (url: string) => {
    active.scriptURL = new URL(url, 'https://page.test/').href;
    return Promise.resolve({ active });
  };
  const serviceWorker = { controller: active, register, startMessages: () => undefined };
  vi.stubGlobal('navigator', { serviceWorker: Object.assign(new EventTarget(), serviceWorker) });
  vi.stubGlobal('document', { baseURI: 'https://page.test/' });
  return async () => {
    const page = await registerTokenWorker('/token-worker.js', source);
    return { request: settle, heard: [], end: () => page.destroy() };
  };
}

describe.each<[string, () => Create]>([
  ['Video.js', videojs],
  ['Shaka Player', shaka],
  ['dash.js', dashjs],
  ['MP4', progressive],
])('two players share a source: %s', (name, prepare) => {
  test('each hears of the refusals and denials of its own requests alone, and both of renewals and outages', async () => {
    const create = prepare();
    const [first, second] = [await create('a'), await create('b')];
    await Promise.all([first.request(), second.request()]);
    expect(first.heard.filter((it) => it !== 'tokenrenewed')).toEqual([]);
    const since = [first.heard.length, second.heard.length] as const;

    refused = '/a/';
    await first.request();
    const ofRefusal = ['tokenrefused 403', 'tokenrefused 403', 'tokenerror ERR_TOKEN_REFUSED'];
    const failuresOf = ({ heard }: Viewer, from: number): string[] =>
      heard.slice(from).filter((it) => it !== 'tokenrenewed');
    expect(failuresOf(first, since[0])).toEqual(ofRefusal);
    expect(failuresOf(second, since[1])).toEqual([]);

    // nothing is replayed for a while after refusals
    await vi.advanceTimersByTimeAsync(60_000);
    const before = first.heard.length;
    denied = '/a/';
    await first.request();
    const ofDenial = ['tokendenied ERR_DENIED', ...(name === 'dash.js' ? ['error ERR_DENIED'] : [])];
    expect(failuresOf(first, before).filter((it) => it !== 'tokenrefused 403')).toEqual(ofDenial);
    expect(failuresOf(second, since[1])).toEqual([]);

    isAway = true;
    await source.renew().catch(() => undefined);
    expect(first.heard.at(-1)).toBe('tokenerror ERR_SIGNING_UNAVAILABLE');
    expect(second.heard.at(-1)).toBe('tokenerror ERR_SIGNING_UNAVAILABLE');
    first.end();
    second.end();
    await settle();
  });
});

const PLAYERS = 20;
const BOTH = [false, true];

describe.each<[string, () => Create | Promise<Create>, boolean[]]>([
  ['hls.js', hlsjs, BOTH],
  ['Video.js', videojs, BOTH],
  ['Shaka Player', shaka, BOTH],
  ['dash.js', dashjs, BOTH],
  // an app cannot give up an element that still waits for its first token
  ['MP4', progressive, [false]],
  ['fetch', fetching, BOTH],
  ['the page of a worker', worker, [false]],
])('players made and destroyed on one source: %s', (_, prepare, states) => {
  test.each(states)('leave no listener and no player behind, while they wait for a token: %s', async (waits) => {
    const create = await prepare();
    const listeners = countListeners(source);
    const present = new Set<object>();
    const join = vi.spyOn(source, 'join').mockImplementation(() => {
      const player = {};
      present.add(player);
      return () => {
        present.delete(player);
      };
    });
    isSilent = waits;
    for (let count = 0; count < PLAYERS; count++) {
      const viewer = await create('vod');
      await viewer.request();
      await viewer.end();
    }
    await settle();
    expect(join).toHaveBeenCalledTimes(PLAYERS);
    expect(listeners()).toBe(0);
    expect(present.size).toBe(0);
  });
});
