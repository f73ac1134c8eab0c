import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TokenSource } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { PlayerRequests } from '../../../packages/videojs/src/player-requests.ts';
import type { Session } from '../../../packages/videojs/src/session.ts';
import type { RequestHook, RequestOptions, Videojs } from '../../../packages/videojs/src/vhs.ts';
import { FakeProgressEvent, FakeXhr } from './fake-xhr.ts';

const URL_ASKED = 'https://cdn.test/v/1.ts';

let sources: TokenSource[];
/** What `videojs.xhr` has sent, and the options that it got. */
let sent: FakeXhr[];
let given: RequestOptions[];
let videojs: Videojs;

const hooksOf = (hooks = new Set<RequestHook>()) => ({
  get _requestCallbackSet() {
    return hooks.size ? hooks : undefined;
  },
  onRequest: (hook: RequestHook) => void hooks.add(hook),
  offRequest: (hook: RequestHook) => void hooks.delete(hook),
});
type Hooks = ReturnType<typeof hooksOf>;

/** A player whose tokens begin with `name`. */
const createPlayer = (name: string, tech: { vhs?: { xhr: Hooks } } | undefined) => {
  const listeners = new Map<string, () => void>();
  const expires = Date.now() / 1000 + 60;
  const source: TokenSource = createTokenSource({
    endpoint: 'https://api.test/token',
    tokens: [{ prefix: 'https://cdn.test/', expires, query: { st: name } }],
  });
  sources.push(source);
  const state = { tech };
  const player = {
    on: (type: string, listener: () => void) => listeners.set(type, listener),
    off: (type: string) => listeners.delete(type),
    tech: () => state.tech,
    readyState: () => 4,
  };
  const session = { player, source, failure: {}, waits: new Set() } as unknown as Session;
  return { session, state, becomeReady: () => listeners.get('xhr-hooks-ready')!() };
};

/** Makes a request as VHS does for a player with these hooks. */
const requestOfVhs = (own: Hooks | undefined, before: RequestOptions = { timeout: 45_000 }): void => {
  let options: RequestOptions | undefined = before;
  const hooks = own?._requestCallbackSet ?? videojs.Vhs!.xhr._requestCallbackSet ?? [];
  for (const hook of hooks) options = hook(options!);
  videojs.xhr(options ?? before, () => undefined);
};
const opened = (): string[] => sent.flatMap((xhr) => xhr.opened);

beforeEach(() => {
  vi.stubGlobal('ProgressEvent', FakeProgressEvent);
  [sent, given, sources] = [[], [], []];
  const xhr = Object.assign(
    (options: RequestOptions) => {
      given.push(options);
      const request = (options.xhr ?? new xhr.XMLHttpRequest()) as unknown as FakeXhr;
      sent.push(request.request(URL_ASKED));
    },
    { XMLHttpRequest: FakeXhr, XDomainRequest: FakeXhr },
  );
  videojs = { xhr, Vhs: { xhr: hooksOf() } } as unknown as Videojs;
});
afterEach(() => {
  sources.forEach((source) => source.destroy());
  vi.unstubAllGlobals();
});

test('each of two players signs the requests of its own VHS, and the time-out waits for the token', () => {
  const requests = new PlayerRequests(videojs);
  const [first, second] = ['a', 'b'].map((name) => {
    const xhr = hooksOf();
    const player = createPlayer(name, { vhs: { xhr } });
    requests.follow(player.session);
    return xhr;
  });
  requestOfVhs(first);
  requestOfVhs(second);
  expect(opened()).toEqual([`GET ${URL_ASKED}?st=a`, `GET ${URL_ASKED}?st=b`]);
  expect([given[0]!.timeout, sent[0]!.timeout]).toEqual([0, 45_000]);
});

test('a source that was given at creation: VHS makes its first request before the player has a tech', async () => {
  const requests = new PlayerRequests(videojs);
  const { session, state, becomeReady } = createPlayer('a', undefined);
  requests.follow(session);
  becomeReady();
  requestOfVhs(undefined);
  const xhr = hooksOf();
  state.tech = { vhs: { xhr } };
  await Promise.resolve();
  requestOfVhs(xhr);
  expect(opened()).toEqual([`GET ${URL_ASKED}?st=a`, `GET ${URL_ASKED}?st=a`]);
});

test('hooks for all players run for a player without hooks of its own, and may return nothing', () => {
  const requests = new PlayerRequests(videojs);
  const all = vi.fn<RequestHook>();
  videojs.Vhs!.xhr.onRequest(all);
  const xhr = hooksOf();
  requests.follow(createPlayer('a', { vhs: { xhr } }).session);
  requestOfVhs(xhr);
  expect(all).toHaveBeenCalledOnce();
  xhr.onRequest(() => undefined);
  requestOfVhs(xhr);
  expect(all, 'as without the plugin, hooks of the player replace those for all').toHaveBeenCalledOnce();
  expect(opened()).toHaveLength(2);
});

test('a request without VHS, as for a text track or a licence, is signed by the last player that protects it', () => {
  const requests = new PlayerRequests(videojs);
  const stops = ['a', 'b'].map((name) => requests.follow(createPlayer(name, undefined).session));
  videojs.xhr({});
  stops[1]!();
  videojs.xhr({});
  stops[0]!();
  videojs.xhr({});
  expect(opened()).toEqual([`GET ${URL_ASKED}?st=b`, `GET ${URL_ASKED}?st=a`]);
  expect(sent[2], 'without a player it is left alone').toMatchObject({ sent: [undefined] });
});

test('a player that has lost the plugin has no hook of ours', () => {
  const xhr = hooksOf();
  new PlayerRequests(videojs).follow(createPlayer('a', { vhs: { xhr } }).session)();
  expect(xhr._requestCallbackSet).toBeUndefined();
});
