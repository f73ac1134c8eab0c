import { describe, expect, test, vi } from 'vitest';
import type { SignedRequest, TokenSource } from 'secure-token-core';
import { SecureTokenError, isSecureTokenError } from 'secure-token-core';
import { answerWorker } from '../../../packages/worker/src/page/answer-worker.ts';
import {
  detailOf,
  eventMessage,
  failedAnswer,
  isClaim,
  readAnswer,
  readCarries,
  readMessage,
  signedAnswer,
} from '../../../packages/worker/src/wire/messages.ts';
import { channel, settle } from './worker-lab.ts';

const url = 'https://cdn.test/film.mp4';
const signed = {
  url: `${url}?st=secret`,
  headers: { 'x-token': 'secret' },
  credentials: true,
  unsignedUrl: url,
  token: { url, expires: 9, query: { st: 'secret' } },
};
const posted = { ...signed, token: { expires: 9 } };
const error = new SecureTokenError('ERR_DENIED', 'no', { url, status: 403, cause: () => 'SECRET' });

describe('what other scripts of the site post', () => {
  test.each<unknown>([
    undefined,
    null,
    7,
    'hello',
    [['secureToken', 'hello']],
    {},
    new Map([['secureToken', 'hello']]),
    { secureToken: null },
    { secureToken: { toString: null } },
    { secureToken: 'constructor' },
    { secureToken: 'problem', url },
    { secureToken: 'script', url, headers: 'x-token', credentials: false },
    { secureToken: 'playlist', url, text: 7 },
    { secureToken: 'event', type: 'constructor', detail: {} },
    { secureToken: 'event', type: 'tokenrefused' },
    { secureToken: 'event', type: 'tokenerror', detail: { error: undefined } },
    { secureToken: 'event', type: 'tokenerror', detail: { error: 'ERR_DENIED' } },
    { secureToken: 'event', type: 'tokenerror', detail: { error: { code: 'TypeError', message: 'no' } } },
  ])('%o is no message, and no answer about a request', (data) => {
    expect(readMessage(data)).toBe(undefined);
    expect(isClaim(data)).toBe(false);
    expect(readCarries(data)).toBe(true);
  });

  test.each<unknown>([
    { signed: null },
    { signed: 'yes' },
    { signed: { ...posted, url: 7 } },
    { signed: { ...posted, headers: null } },
    { error: null },
    { error: { code: 'ERR_DENIED' } },
  ])('%o is no signed request', (data) => {
    expect(() => readAnswer(data)).toThrow('ERR_SIGNING_RESPONSE');
  });
});

describe('what is posted arrives', () => {
  const through = <T>(data: T): T => structuredClone(data);

  test('a signed request, of whose token no more than the expiry is posted', () => {
    expect(signedAnswer(signed)).toEqual({ signed: posted });
    expect(readAnswer(through(signedAnswer(signed)))).toEqual(posted);
    expect(readAnswer(through(signedAnswer(undefined)))).toBeUndefined();
  });

  test.each(['tokenerror', 'tokendenied'] as const)('%s with its error, without the cause', (type) => {
    const message = through(eventMessage(type, { error })) as unknown as { detail: never };
    expect(readMessage(message)).toBe(message);
    const { error: arrived } = detailOf(message.detail) as { error: SecureTokenError };
    expect(isSecureTokenError(arrived)).toBe(true);
    expect(arrived).toMatchObject({ code: 'ERR_DENIED', message: 'ERR_DENIED: no', url, status: 403 });
    expect(arrived.cause).toBeUndefined();
  });

  test('another event with its detail', () => {
    const detail = { reason: 'adopted', urls: [url], expires: 9, wait: 0 } as const;
    const message = through(eventMessage('tokenrenewed', detail)) as unknown as { detail: never };
    expect(readMessage(message)).toEqual(message);
    expect(detailOf(message.detail)).toEqual(detail);
  });

  test('of what a source of the page throws, nothing that is in it', () => {
    expect(() => readAnswer(failedAnswer(new Error('?key=SECRET')))).toThrow(/^ERR_SIGNING_UNAVAILABLE/);
    expect(JSON.stringify([failedAnswer(new Error('?key=SECRET')), failedAnswer(error)])).not.toContain('SECRET');
  });
});

test('a page signs for the worker, replaces what was refused last, and answers each question', async () => {
  const second = { ...signed, url: `${url}?st=second` };
  const sign = vi.fn<TokenSource['sign']>(() => Promise.resolve(signed));
  const refused = vi.fn<TokenSource['refused']>(() => Promise.resolve<SignedRequest | undefined>(second));
  const { port, post, heard, close } = channel();
  answerWorker(port, { sign, refused } as Partial<TokenSource> as TokenSource);
  post({ url, status: 403 });
  post({ url });
  await settle();
  post({ url, status: 403 });
  await settle();
  refused.mockRejectedValue(error);
  post({ url, status: 410 });
  await settle();
  expect(heard).toMatchObject([
    'here',
    { signed: undefined },
    { signed: posted },
    { signed: { url: second.url } },
    { error: { code: 'ERR_DENIED' } },
  ]);
  // the very request that the source has returned: it knows it by that
  expect(refused.mock.calls.map(([request]) => request)).toEqual([signed, second]);
  close();
});
