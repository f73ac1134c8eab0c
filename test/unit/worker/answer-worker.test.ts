import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SignedRequest, TokenSource } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { untouchedRequest } from '../../../packages/core/src/adapter.ts';
import { answerWorker } from '../../../packages/worker/src/page/answer-worker.ts';
import { channel, settle } from './worker-lab.ts';

const url = 'https://cdn.test/film.mp4';
const signedBy = (st: string): SignedRequest => ({
  ...untouchedRequest(url),
  url: `${url}?st=${st}`,
  token: { url, expires: 9, query: { st } },
});
/** Returns what is posted of the request that `signedBy` returns. */
const postedOf = (st: string): object => ({
  url: `${url}?st=${st}`,
  headers: {},
  credentials: false,
  source: url,
  token: { expires: 9 },
});

describe('answerWorker', () => {
  const sign = vi.fn<TokenSource['sign']>();
  const refused = vi.fn<TokenSource['refused']>();
  let worker: ReturnType<typeof channel>;

  beforeEach(() => {
    worker = channel();
    sign.mockReset().mockImplementation(() => Promise.resolve(signedBy('1')));
    refused.mockReset().mockImplementation(() => Promise.resolve(signedBy('2')));
    answerWorker(worker.port, { sign, refused } as Partial<TokenSource> as TokenSource);
  });
  afterEach(() => worker.close());

  /** The answer to `question`; the first message says that this page hands out tokens. */
  const ask = async (question: unknown): Promise<unknown> => {
    const before = worker.heard.length;
    worker.post(question);
    await settle();
    return worker.heard.slice(Math.max(1, before));
  };

  test('says at once that it hands out tokens, in the word of 1.0', async () => {
    await settle();
    expect(worker.heard).toEqual(['here']);
  });

  test('signs, and replaces what was refused last; the token itself is not posted', async () => {
    await settle();
    expect(await ask({ url })).toEqual([{ signed: postedOf('1') }]);
    expect(await ask({ status: 403 })).toEqual([{ signed: postedOf('2') }]);
    expect(await ask({ status: 410 })).toEqual([{ signed: postedOf('2') }]);
    expect(sign.mock.calls).toEqual([[url]]);
    // the very request that the source has signed: it knows it by that
    expect(refused.mock.calls).toEqual([
      [signedBy('1'), 403],
      [signedBy('2'), 410],
    ]);
    refused.mockResolvedValue(undefined);
    expect(await ask({ status: 403 })).toEqual([{ signed: undefined }]);
  });

  test('answers with the error of the source, without its cause', async () => {
    await settle();
    sign.mockRejectedValue(new SecureTokenError('ERR_DENIED', 'no', { url, status: 403, cause: () => 'SECRET' }));
    expect(await ask({ url })).toEqual([
      { error: { code: 'ERR_DENIED', message: 'ERR_DENIED: no', url, status: 403 } },
    ]);
  });

  test('answers what a source of the page throws, and says nothing of what is in it', async () => {
    await settle();
    sign.mockRejectedValue(new Error('?key=SECRET'));
    const answer = await ask({ url });
    expect(answer).toMatchObject([{ error: { code: 'ERR_SIGNING_UNAVAILABLE' } }]);
    expect(JSON.stringify(answer)).not.toContain('SECRET');
  });

  test.each([
    ['a question of a later version', { names: ['st'] }],
    ['nothing', undefined],
    ['text', 'sign!'],
    ['a refusal of nothing', { status: 403 }],
  ])('answers %s with an error: the worker must not wait', async (_, question) => {
    await settle();
    expect(await ask(question)).toMatchObject([{ error: { code: 'ERR_SIGNING_RESPONSE' } }]);
    expect(await ask({ url })).toEqual([{ signed: postedOf('1') }]);
  });
});
