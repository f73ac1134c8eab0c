import { describe, expect, test } from 'vitest';
import type { TokenEventDetails, TokenEventType } from '../../../packages/core/src/index.ts';
import { SecureTokenError, isSecureTokenError } from '../../../packages/core/src/index.ts';
import { postableError, postableRequest } from '../../../packages/worker/src/wire/posted-values.ts';
import {
  isConnected,
  parseAnswer,
  parseScriptAnswer,
  parsePageMessage,
  parseQuestion,
  parseWorkerMessage,
  tokenEventMessage,
} from '../../../packages/worker/src/wire/protocol.ts';

const url = 'https://cdn.test/film.mp4';
const signed = {
  url: `${url}?st=secret`,
  headers: { 'x-token': 'secret' },
  credentials: true,
  unsignedUrl: url,
  token: { url, expires: 9, query: { st: 'secret' } },
};
/** As it is posted: the unsigned URL has its name of 1.0. */
const { unsignedUrl, ...others } = { ...signed, token: { expires: 9 } };
const posted = { ...others, source: unsignedUrl };

/** Messages that other scripts, broken ones and later versions post. */
const strange: readonly unknown[] = [
  undefined,
  null,
  0,
  7,
  Number.NaN,
  '',
  'here and there',
  true,
  [],
  [['secureToken', 'hello']],
  {},
  new Date(),
  new Map([['secureToken', 'hello']]),
  { secureToken: null },
  { secureToken: { toString: null } },
  { secureToken: 'problem' },
  { secureToken: 'problem', url: 7, header: 'ETag' },
  { secureToken: 'event' },
  { secureToken: 'event', type: 'constructor' },
  { secureToken: 'event', type: 'tokenrenewed', reason: 'whim', urls: [url], expires: 1, wait: 1 },
  { secureToken: 'event', type: 'tokenrenewed', reason: 'initial', urls: [7], expires: 1, wait: 1 },
  { secureToken: 'event', type: 'tokenrenewed', reason: 'initial', urls: url, expires: 1, wait: 1 },
  { secureToken: 'event', type: 'tokenerror' },
  { secureToken: 'event', type: 'tokenerror', error: 'ERR_DENIED' },
  { secureToken: 'event', type: 'tokendenied', error: { code: 403, message: 'no' } },
  { signed: null },
  { signed: 'yes' },
  { signed: { ...posted, url: undefined } },
  { signed: { ...posted, source: 7 } },
  { signed: { ...posted, headers: 'x-token: secret' } },
  { signed: { ...posted, headers: { 'x-token': 7 } } },
  { signed: { ...posted, token: 'secret' } },
  { error: null },
  { error: { code: 'ERR_DENIED' } },
  { url: 7, status: '403' },
  { secureToken: 'script', headers: [] },
  { carries: 'perhaps' },
];

/** Messages that are strange to pages, although they have a `url`, as a question has. */
const strangeToPages: readonly unknown[] = [
  { secureToken: 'of-2040', url, header: 'ETag' },
  { secureToken: 'problem', url },
  { secureToken: 'script', url, headers: 'x-token' },
  { secureToken: 'script', url, headers: [7] },
  { secureToken: 'playlist', url },
  { secureToken: 'event', type: 'tokenlost', url },
  { secureToken: 'event', type: 'tokenrefused', url },
];

test.each(strangeToPages)('%o is no message to a page', (data) => {
  expect(parseWorkerMessage(data)).toBeUndefined();
});

test.each(strange)('%o is no message, and throws nothing', (data) => {
  expect(parsePageMessage(data)).toBeUndefined();
  expect(parseWorkerMessage(data)).toBeUndefined();
  expect(parseQuestion(data)).toBeUndefined();
  expect(parseAnswer(data)).toBeUndefined();
  expect(isConnected(data)).toBe(false);
  expect(parseScriptAnswer(data)).toEqual({ carries: true, wants: false });
});

describe('the words of 1.0', () => {
  test('are read', () => {
    expect(parsePageMessage({ secureToken: 'claim' })).toEqual({ secureToken: 'claim' });
    expect(parseWorkerMessage({ secureToken: 'hello' })).toEqual({ secureToken: 'hello' });
    const problem = { secureToken: 'problem', url, header: 'ETag' };
    expect(parseWorkerMessage(problem)).toEqual(problem);
    expect(isConnected('here')).toBe(true);
    expect([parseQuestion({ url }), parseQuestion({ status: 403 })]).toEqual([{ url }, { status: 403 }]);
    expect(parseAnswer({ signed: undefined })).toEqual({ signed: undefined });
    expect(parseAnswer({ signed: posted })).toEqual({ signed: { ...signed, token: { expires: 9 } } });
    const plain = { url, headers: {}, credentials: false, source: url };
    expect(parseAnswer({ signed: plain })).toEqual({
      signed: { url, headers: {}, credentials: false, unsignedUrl: url },
    });
  });

  test('members that were added later are left alone', () => {
    expect(parsePageMessage({ secureToken: 'claim', names: ['st'] })).toEqual({ secureToken: 'claim' });
    expect(parseWorkerMessage({ secureToken: 'hello', version: 3 })).toEqual({ secureToken: 'hello' });
    expect(parseQuestion({ url, method: 'HEAD' })).toEqual({ url });
    expect(parseAnswer({ signed: posted, since: 1 })).toEqual({ signed: { ...signed, token: { expires: 9 } } });
  });
});

test('words that were added: requests of scripts, their playlists, and the end of denials', () => {
  const script = { secureToken: 'script', url, headers: ['x-token'], credentials: true };
  expect(parseWorkerMessage({ ...script, method: 'HEAD' })).toEqual(script);
  const playlist = { secureToken: 'playlist', url, text: '#EXTM3U' };
  expect(parseWorkerMessage(playlist)).toEqual(playlist);
  expect(parseWorkerMessage({ secureToken: 'lift', more: 1 })).toEqual({ secureToken: 'lift' });
  expect(
    [{ carries: true }, { carries: false, since: 1 }, { carries: false, leave: true }].map(parseScriptAnswer),
  ).toEqual([
    { carries: true, wants: false },
    { carries: false, wants: true },
    { carries: false, wants: false },
  ]);
});

describe('what is posted', () => {
  const through = (data: unknown): unknown => structuredClone(data);
  const error = new SecureTokenError('ERR_DENIED', 'no', {
    url,
    status: 403,
    retryAfter: 7,
    cause: new Response(null, { status: 403 }),
  });

  test.each<[TokenEventType, TokenEventDetails[TokenEventType]]>([
    ['tokenrenewed', { reason: 'expiring', urls: [url], expires: 9, wait: 0.5 }],
    ['tokenrenewed', { reason: 'adopted', urls: [url], expires: 9, wait: 0 }],
    ['tokenrefused', { url, status: 410 }],
  ])('%s, as 1.0 reads it', (type, detail) => {
    const posted = through(tokenEventMessage({ type, detail }));
    expect(posted).toEqual({ secureToken: 'event', type, ...detail });
    expect(parseWorkerMessage(posted)).toEqual({ secureToken: 'event', type, detail });
  });

  test.each<TokenEventType>(['tokenerror', 'tokendenied'])('%s arrives with its error', (type) => {
    const posted = through(tokenEventMessage({ type, detail: { error } }));
    expect(posted).toMatchObject({ secureToken: 'event', type, error: { code: 'ERR_DENIED', url, status: 403 } });
    const arrived = parseWorkerMessage(posted) as { detail: { error: SecureTokenError } };
    expect(isSecureTokenError(arrived.detail.error)).toBe(true);
    const { code, message, status, retryAfter } = arrived.detail.error;
    expect([code, message, status, retryAfter]).toEqual(['ERR_DENIED', 'ERR_DENIED: no', 403, 7]);
  });

  test('an error that a later version has invented is one that is not understood', () => {
    const { code, message } = (
      parseAnswer({ error: { code: 'ERR_OF_2040', message: 'ERR_OF_2040: no' } }) as { error: SecureTokenError }
    ).error;
    expect([code, message]).toEqual(['ERR_SIGNING_RESPONSE', 'ERR_SIGNING_RESPONSE: ERR_OF_2040: no']);
  });

  test('an answer holds of the token no more than until when it lives', () => {
    expect(postableRequest(signed)).toEqual(posted);
    expect(parseAnswer(through({ signed: postableRequest(signed) }))).toEqual({
      signed: { ...signed, token: { expires: 9 } },
    });
    expect(parseAnswer(through({ error: postableError(error) }))).toMatchObject({ error: { code: 'ERR_DENIED', url } });
  });
});
