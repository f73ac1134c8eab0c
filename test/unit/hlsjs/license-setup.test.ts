import type { HlsConfig } from 'hls.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { createLicenseSetup } from '../../../packages/hlsjs/src/license-setup.ts';

const SERVER = 'https://drm.example/license';
const challenge = new Uint8Array([1, 2, 3]);

/** An XMLHttpRequest as far as it counts here: `open` drops the headers set before, a status arrives in four states. */
class FakeXhr {
  sent: { url: string; headers: Record<string, string>; withCredentials: boolean; body: unknown }[] = [];
  readyState = 0;
  status = 0;
  withCredentials = false;
  onreadystatechange: ((event: Event) => unknown) | null = null;
  #url = '';
  #headers: Record<string, string> = {};
  open(_method: string, url: string): void {
    this.#url = url;
    this.#headers = {};
    this.readyState = 1;
    this.status = 0;
  }
  setRequestHeader(name: string, value: string): void {
    if (this.readyState !== 1) throw new Error('InvalidStateError');
    this.#headers[name] = value;
  }
  send(body: unknown): void {
    this.sent.push({ url: this.#url, headers: this.#headers, withCredentials: this.withCredentials, body });
  }
  answer(status: number): void {
    this.status = status;
    for (this.readyState = 2; this.readyState <= 4; this.readyState++)
      this.onreadystatechange?.(new Event('readystatechange'));
    this.readyState = 4;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

let xhr: FakeXhr;
let seen: number[];
let number: number;
let source: TokenSource;
let end: AbortController;

const useSource = (token: () => Partial<Token>): void => {
  source = createTokenSource({
    getTokens: ({ urls }) =>
      Promise.resolve(urls.map((url): Token => ({ url, expires: Date.now() / 1000 + 60, ...token() }))),
    protect: 'https://drm.example/',
    retry: { limit: 0 },
  });
};

/**
 * Requests a licence as hls.js does: the handler first, then the set-up, then the challenge.
 * @param unpack what hls.js does with the challenge of PlayReady
 */
async function request(
  before?: HlsConfig['licenseXhrSetup'],
  url = SERVER,
  unpack = (given: unknown): unknown => given,
): Promise<void> {
  xhr.onreadystatechange = () => {
    if (xhr.readyState === 4) seen.push(xhr.status);
  };
  const setup = createLicenseSetup(before, () => source, end.signal);
  const changed = await (setup as (...all: unknown[]) => Promise<unknown>).call('hls', xhr, url, {}, challenge);
  if (!xhr.readyState) xhr.open('POST', url);
  xhr.send(unpack(changed ?? challenge));
}

afterEach(() => vi.unstubAllGlobals());
beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'https://app.example/' });
  xhr = new FakeXhr();
  seen = [];
  number = 0;
  end = new AbortController();
  useSource(() => ({ query: { st: `t${++number}` } }));
});

describe('createLicenseSetup', () => {
  test('signs, and sends a refused request again, once, unseen', async () => {
    await request();
    expect(xhr.sent).toEqual([{ url: `${SERVER}?st=t1`, headers: {}, withCredentials: false, body: challenge }]);
    xhr.answer(403);
    await settle();
    expect(seen).toEqual([]);
    expect(xhr.sent[1]).toEqual({ url: `${SERVER}?st=t2`, headers: {}, withCredentials: false, body: challenge });
    xhr.answer(200);
    await settle();
    expect(seen).toEqual([200]);
    expect(xhr.sent).toHaveLength(2);
  });

  test('shows a second refusal, and any other failure at once', async () => {
    await request();
    xhr.answer(403);
    await settle();
    xhr.answer(403);
    await settle();
    expect([seen, xhr.sent.length]).toEqual([[403], 2]);
    xhr = new FakeXhr();
    await request();
    xhr.answer(500);
    await settle();
    expect([seen, xhr.sent.length]).toEqual([[403, 500], 1]);
  });

  test.each([
    ['absolute', 'https://vendor.example/license'],
    ['of the page', '/license'],
  ])('a set-up of the app that opens it for another server (%s): that one gets no token', async (_, url) => {
    useSource(() => ({ headers: { 'x-token': 'SECRET' } }));
    await request((theirs) => {
      theirs.open('POST', url, true);
      theirs.setRequestHeader('authorization', 'Bearer VENDOR');
    });
    expect(xhr.sent).toMatchObject([{ url, headers: { authorization: 'Bearer VENDOR' } }]);
    expect(JSON.stringify(xhr.sent)).not.toContain('SECRET');
  });

  test('shows the refusal when no other token is to be had', async () => {
    await request();
    source.destroy();
    xhr.answer(403);
    await settle();
    expect([seen, xhr.sent.length]).toEqual([[403], 1]);
  });

  test('the set-up of the app runs before either, on the request sent, and may change the challenge', async () => {
    const before = vi.fn(function (this: unknown, theirs: XMLHttpRequest, url: string) {
      theirs.open('POST', `${url}&asset=7`, true);
      theirs.setRequestHeader('x-app', String(this));
      return Uint8Array.of(9);
    });
    useSource(() => ({ query: { st: `t${++number}` }, headers: { 'x-token': String(number) }, credentials: true }));
    await request(before);
    xhr.answer(410);
    await settle();
    expect(xhr.sent).toEqual(
      ['1', '2'].map((token) => ({
        url: `${SERVER}?st=t${token}&asset=7`,
        headers: { 'x-app': 'hls', 'x-token': token },
        withCredentials: true,
        body: Uint8Array.of(9),
      })),
    );
    expect(before.mock.calls[0]!.slice(2)).toEqual([{}, challenge]);
  });

  test('if the set-up of the app rejects at the replay, hls.js gets the refusal', async () => {
    let calls = 0;
    await request(async () => {
      if (calls++ > 0) throw new Error('no vendor token');
    });
    xhr.answer(403);
    await settle();
    expect({ seen, readyState: xhr.readyState }).toEqual({ seen: [403], readyState: 4 });
  });

  test('if the browser refuses to send the replay, hls.js gets the refusal', async () => {
    await request();
    xhr.send = () => {
      throw new Error('InvalidStateError');
    };
    xhr.answer(403);
    await settle();
    expect({ seen, readyState: xhr.readyState }).toEqual({ seen: [403], readyState: 4 });
  });

  test('the replay has the headers that hls.js sets after the set-up, and the challenge that it has unpacked', async () => {
    const unpacked = Uint8Array.of(7);
    const unpack = (): unknown => {
      xhr.setRequestHeader('content-type', 'text/xml');
      return unpacked;
    };
    await request(() => Uint8Array.of(9), SERVER, unpack);
    xhr.answer(403);
    await settle();
    const sent = { headers: { 'content-type': 'text/xml' }, body: unpacked };
    expect(xhr.sent).toMatchObject([
      { ...sent, url: `${SERVER}?st=t1` },
      { ...sent, url: `${SERVER}?st=t2` },
    ]);
  });

  test('the challenge that the set-up of the app makes anew for the replay is sent, with headers of hls.js', async () => {
    let calls = 0;
    const unpack = (given: unknown): unknown => {
      xhr.setRequestHeader('content-type', 'text/xml');
      return given;
    };
    await request(() => Uint8Array.of(++calls), SERVER, unpack);
    xhr.answer(403);
    await settle();
    expect(xhr.sent.map(({ headers, body }) => ({ headers, body }))).toEqual(
      [1, 2].map((call) => ({ headers: { 'content-type': 'text/xml' }, body: Uint8Array.of(call) })),
    );
  });

  test('a refusal by the server for which a set-up has opened it is shown, and no token is asked for', async () => {
    await request((theirs) => theirs.open('POST', 'https://backup.example/l', true));
    xhr.answer(403);
    await settle();
    expect([seen, xhr.sent.map(({ url }) => url), number]).toEqual([[403], ['https://backup.example/l'], 1]);
  });

  test('waits while the signing endpoint is away, until it is back or the player is destroyed', async () => {
    vi.useFakeTimers();
    try {
      let isAway = true;
      useSource(() => {
        if (isAway) throw new TypeError('Failed to fetch');
        return { query: { st: `t${++number}` } };
      });
      const requesting = request();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(xhr.sent).toEqual([]);
      isAway = false;
      await vi.advanceTimersByTimeAsync(15_000);
      await requesting;
      expect(xhr.sent.map(({ url }) => url)).toEqual([`${SERVER}?st=t1`]);
      isAway = true;
      xhr = new FakeXhr();
      const ended = expect(request(undefined, 'https://drm.example/other')).rejects.toThrow('aborted');
      await vi.advanceTimersByTimeAsync(60_000);
      end.abort();
      await ended;
    } finally {
      vi.useRealTimers();
    }
  });

  test('leaves another licence server alone', async () => {
    const before = vi.fn();
    await request(before, 'https://other.example/license');
    xhr.answer(403);
    await settle();
    expect([before.mock.calls[0]![1], xhr.sent[0]!.url, xhr.sent.length, seen, number]).toEqual([
      'https://other.example/license',
      'https://other.example/license',
      1,
      [403],
      0,
    ]);
  });
});
