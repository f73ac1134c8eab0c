import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as PageSignerModule from '../../../packages/worker/src/worker/page-signer.ts';
import { FakePages, advanceMs, settle } from './worker-lab.ts';

const url = 'https://cdn.test/film.mp4';
const signed = { url: `${url}?st=1`, headers: {}, credentials: false, unsignedUrl: url, token: { expires: 9 } };

let pages: FakePages;
let signers: typeof PageSignerModule;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  pages = new FakePages();
  vi.stubGlobal('clients', pages);
  vi.resetModules();
  signers = await import('../../../packages/worker/src/worker/page-signer.ts');
});
afterEach(() => {
  pages.end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page that hands out tokens; `answer` is what it posts for a question, `undefined` for nothing. */
const signing =
  (answer: (question: unknown) => unknown = () => ({ signed })) =>
  (message: unknown, port: MessagePort | undefined): void => {
    if ((message as { secureToken?: string }).secureToken !== 'hello') return;
    port!.onmessage = ({ data }) => {
      const given = answer(data);
      if (given !== undefined) port!.postMessage(given);
    };
    port!.postMessage('here');
  };
const silent = signing(() => undefined);
const signer = (clientId = 'own') => new signers.PageSigner(clientId, () => true);

/** Follows `work`, and returns an object that tells what has become of it. */
function outcome<T>(work: Promise<T>): { value?: T; error?: unknown } {
  const seen: { value?: T; error?: unknown } = {};
  work.then(
    (value) => {
      seen.value = value;
    },
    (error: unknown) => {
      seen.error = error;
    },
  );
  return seen;
}
const unavailable = { error: { code: 'ERR_SIGNING_UNAVAILABLE' } };

test('the page of the request signs, and replaces what the edge has refused; nobody else is asked', async () => {
  const close = vi.spyOn(MessagePort.prototype, 'close');
  const questions: unknown[] = [];
  const answer = (question: unknown): object => ({ signed: questions.push(question) < 3 ? signed : undefined });
  pages.open('own', signing(answer));
  pages.open('other', signing());
  const page = signer();
  expect(await page.sign(url)).toEqual(signed);
  expect(await page.refused(signed, 410)).toEqual(signed);
  expect(await page.refused(signed, 403)).toBeUndefined();
  expect(questions).toEqual([{ url }, { url: signed.url, status: 410 }, { url: signed.url, status: 403 }]);
  page.learnText(url, '#EXTM3U');
  page.release();
  expect(close).toHaveBeenCalledTimes(1);
  expect(pages.posted).toEqual([
    ['own', { secureToken: 'hello' }],
    ['own', { secureToken: 'playlist', url, text: '#EXTM3U' }],
  ]);
});

test('a failure of the page is that of the request', async () => {
  pages.open(
    'own',
    signing(() => ({ error: { code: 'ERR_DENIED', message: 'ERR_DENIED: no' } })),
  );
  await expect(signer().sign(url)).rejects.toMatchObject({ code: 'ERR_DENIED', message: 'ERR_DENIED: no' });
});

test('a renewal reaches every page that may keep a denial', async () => {
  for (const id of ['own', 'other']) pages.open(id);
  await signer().renew();
  expect(pages.posted).toEqual(['own', 'other'].map((id) => [id, { secureToken: 'lift' }]));
});

test('every other page is asked a second later; for a Web Worker, at once', async () => {
  pages.open('own');
  pages.open('other', signing());
  const [seen, ofWorker] = [outcome(signer().sign(url)), outcome(signer('of a worker').sign(url))];
  await advanceMs(900);
  expect(seen).toMatchObject({});
  expect(ofWorker).toMatchObject({ value: signed });
  expect(seen.value).toBeUndefined();
  await advanceMs(200);
  expect(seen.value).toEqual(signed);
});

test('a page that has only now loaded its scripts is heard', async () => {
  pages.open('own');
  const seen = outcome(signer().sign(url));
  await advanceMs(4500);
  pages.open('own', signing());
  await advanceMs(1000);
  expect(seen.value).toEqual(signed);
});

describe('no page hands out tokens', () => {
  test('the first request waits for ten seconds; others do not, until a page says that it hands out tokens', async () => {
    pages.open('own');
    const seen = outcome(signer().sign(url));
    await advanceMs(9900);
    expect(seen).toEqual({});
    await advanceMs(200);
    expect(seen).toMatchObject(unavailable);
    pages.open('own', signing());
    const second = outcome(signer().sign(url));
    await settle();
    expect(second).toMatchObject(unavailable);
    signers.forgetPagesWithoutSigner();
    expect(await signer().sign(url)).toEqual(signed);
  });

  test('what only pages know to be protected goes out unsigned', async () => {
    pages.open('own');
    const seen = outcome(new signers.PageSigner('own').sign(url));
    await advanceMs(10_100);
    expect(seen.value).toEqual({ url, headers: {}, credentials: false, unsignedUrl: url });
  });

  test('the search ends with the player, and was not in vain', async () => {
    pages.open('own');
    const leaving = new AbortController();
    const seen = outcome(signer().sign(url, { signal: leaving.signal }));
    await advanceMs(1500);
    leaving.abort(new Error('enough'));
    await settle();
    expect(seen.error).toMatchObject({ message: 'enough' });
    pages.open('own', signing());
    expect(await signer().sign(url)).toEqual(signed);
  });
});

describe('a page that does not answer', () => {
  test('may take its time: it asks an endpoint that is down', async () => {
    let port: MessagePort | undefined;
    pages.open('own', (message, given) => {
      port ??= given;
      silent(message, given);
    });
    const seen = outcome(signer().sign(url));
    await advanceMs(60_000, 1000);
    port!.postMessage({ signed });
    await settle();
    expect(seen.value).toEqual(signed);
  });

  test('because it was closed: another one is asked; a refusal has no other token then', async () => {
    pages.open('own', silent);
    const seen = outcome(signer().sign(url));
    await advanceMs(500);
    pages.close('own');
    pages.open(
      'second',
      signing((question) => ('status' in (question as object) ? undefined : { signed })),
    );
    await advanceMs(2000);
    expect(seen.value).toEqual(signed);
    const page = signer('second');
    await page.sign(url);
    const refused = outcome(page.refused(signed, 403));
    pages.close('second');
    await advanceMs(1500);
    expect(refused).toEqual({ value: undefined });
  });

  test('is not waited for once the player has given up, or the browser no longer tells of pages', async () => {
    pages.open('own', silent);
    const leaving = new AbortController();
    const left = outcome(signer().sign(url, { signal: leaving.signal }));
    const ended = outcome(signer().sign(url));
    await advanceMs(500);
    leaving.abort(new Error('enough'));
    pages.matchAll = () => Promise.reject(new Error('the worker ends'));
    await advanceMs(1500);
    expect(left.error).toMatchObject({ message: 'enough' });
    expect(ended.error).toMatchObject({ message: 'the worker ends' });
  });
});
