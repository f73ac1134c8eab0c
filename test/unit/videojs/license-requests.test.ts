import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSourceUser } from '../../../packages/core/src/adapter.ts';
import type { Token, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { signLicenseRequests } from '../../../packages/videojs/src/license-requests.ts';
import type { Session } from '../../../packages/videojs/src/session.ts';
import type { Videojs } from '../../../packages/videojs/src/vhs.ts';
import { FakeProgressEvent, playerRequest } from './fake-xhr.ts';

const LICENSE = 'https://drm.test/license';

interface XhrOptions {
  uri: string;
  method?: string;
  requestType?: string;
  timeout?: number;
  beforeSend?: (xhr: unknown) => void;
}

/** A player with the listeners of its tech, and a source whose tokens begin with `name`. */
const createPlayer = (name: string, inHeader = false, protect = 'https://drm.test/') => {
  const onTech = new Map<string, () => void>();
  const onPlayer = new Map<string, () => void>();
  const listen = (all: Map<string, () => void>) => ({
    on: (type: string, listener: () => void) => void all.set(type, listener),
    off: (type: string) => void all.delete(type),
  });
  let number = 0;
  const source: TokenSource = createTokenSource({
    getTokens: ({ urls }) =>
      Promise.resolve(
        urls.map((url): Token => {
          const value = `${name}${++number}`;
          const carrier = inHeader ? { headers: { 'x-token': value } } : { query: { st: value } };
          return { url, expires: Date.now() / 1000 + 60, ...carrier };
        }),
      ),
    protect,
    retry: { limit: 0 },
  });
  const tech = listen(onTech);
  const player = { ...listen(onPlayer), tech: () => tech, readyState: () => 1 };
  const refusal = { last: undefined as unknown, note: vi.fn((it: unknown) => (refusal.last = it)), forget: vi.fn() };
  const failure = { show: vi.fn(), withdraw: vi.fn() };
  const session = { player, source, user: createSourceUser(source), refusal, failure, waits: new Set() };
  return { onTech, refusal, failure, session: session as unknown as Session };
};

let sent: ReturnType<typeof playerRequest>[];
let given: XhrOptions[];
let videojs: { xhr: ((options: XhrOptions, callback: () => void) => void) & { marked?: string } };
let follow: ReturnType<typeof signLicenseRequests>;

/** Makes a request as `videojs.xhr` does, hands it to `beforeSend`, and sends it. */
const xhrOfVideojs = (options: XhrOptions): void => {
  given.push(options);
  const xhr = playerRequest(options.uri);
  Object.assign(xhr, { method: options.method ?? 'GET' });
  options.beforeSend?.(xhr);
  xhr.send(Uint8Array.of(1));
  sent.push(xhr);
};
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const ask = (options: Partial<XhrOptions> = {}): void =>
  videojs.xhr({ uri: LICENSE, method: 'POST', requestType: 'license', ...options }, () => undefined);
const opened = (): string[] => sent.flatMap(({ opened: urls }) => urls);

beforeEach(() => {
  vi.stubGlobal('ProgressEvent', FakeProgressEvent);
  sent = [];
  given = [];
  videojs = { xhr: Object.assign(xhrOfVideojs, { marked: 'as before' }) };
  follow = signLicenseRequests(videojs as unknown as Videojs);
});
afterEach(() => vi.unstubAllGlobals());

test('a licence request to a protected URL is signed, and goes out once more if it is refused', async () => {
  follow(createPlayer('t').session);
  ask();
  await settle();
  expect(opened()).toEqual([`POST ${LICENSE}?st=t1`]);
  sent[0]!.answer(403);
  await settle();
  expect(opened()).toEqual([`POST ${LICENSE}?st=t1`, `POST ${LICENSE}?st=t2`]);
  expect(sent[0]!.heard).toEqual([]);
  sent[0]!.answer(200);
  expect(sent[0]!.heard).toContain('load 200');
  expect(sent[0]!.sent).toEqual([Uint8Array.of(1), Uint8Array.of(1)]);
});

test('a refusal that a cache could keep, with the token in a header: the licence server gets no GET in between', async () => {
  const fetched = vi.fn();
  vi.stubGlobal('fetch', fetched);
  const { session } = createPlayer('t', true);
  follow(session);
  ask();
  await settle();
  sent[0]!.answer(410);
  await settle();
  expect(opened()).toEqual([`POST ${LICENSE}`, `POST ${LICENSE}`]);
  expect(sent[0]!.headersSent).toEqual(['x-token: t2']);
  expect(fetched).not.toHaveBeenCalled();
});

test('a refusal for good is the reason of the error that follows, until the server lets the URL through', async () => {
  const { session, refusal, failure } = createPlayer('t');
  follow(session);
  ask();
  await settle();
  sent[0]!.answer(403);
  await settle();
  sent[0]!.answer(403);
  await settle();
  expect(refusal.last).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: LICENSE });
  ask();
  await settle();
  sent[1]!.answer(200);
  expect([refusal.forget.mock.calls.length, failure.withdraw.mock.calls.length]).toEqual([1, 1]);
});

test('the time-out counts from when it goes out, and the beforeSend of the app still runs', async () => {
  follow(createPlayer('t').session);
  const beforeSend = vi.fn();
  ask({ timeout: 7000, beforeSend });
  await settle();
  expect([given[0]!.timeout, sent[0]!.timeout, beforeSend.mock.calls]).toEqual([0, 7000, [[sent[0]]]]);
});

test('what is for no licence, or for a server that nobody protects, is left alone', () => {
  follow(createPlayer('t').session);
  const plain = { uri: LICENSE };
  videojs.xhr(plain, () => undefined);
  ask({ uri: 'https://other.test/license' });
  expect(given).toEqual([plain, { uri: 'https://other.test/license', method: 'POST', requestType: 'license' }]);
  expect(given[0]).toBe(plain);
  expect(videojs.xhr.marked).toBe('as before');
});

test('of two players the one whose key system has asked signs, and a certificate is signed by the last', async () => {
  const first = createPlayer('a');
  follow(first.session);
  follow(createPlayer('b').session);
  first.onTech.get('keymessage')!();
  ask();
  await settle();
  ask({ method: 'GET' });
  await settle();
  expect(opened()).toEqual([`POST ${LICENSE}?st=a1`, `GET ${LICENSE}?st=b1`]);
});

test('a player that has lost the plugin is not followed any more', () => {
  const { session, onTech } = createPlayer('t');
  follow(session)();
  ask();
  expect([given[0]!.beforeSend, onTech.size]).toEqual([undefined, 0]);
});

test('a player whose key system asks at a server that it does not protect gets no token of another player', async () => {
  const asking = createPlayer('a', false, 'https://cdn.test/');
  follow(asking.session);
  follow(createPlayer('b').session);
  asking.onTech.get('keymessage')!();
  ask();
  expect(given).toEqual([{ uri: LICENSE, method: 'POST', requestType: 'license' }]);
});
