import { describe, expect, test, vi } from 'vitest';
import { responseWithoutToken, sendSigned, untouchedRequest } from '../../../packages/core/src/adapter.ts';
import type { SecureTokenErrorCode, SignedRequest } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';

const request = (url: string): SignedRequest => ({ ...untouchedRequest(url), unsignedUrl: 'https://cdn.test/1' });
const [first, second] = [request('https://cdn.test/1?st=1'), request('https://cdn.test/1?st=2')];
const refused = (replay?: SignedRequest) => vi.fn().mockResolvedValueOnce(replay).mockResolvedValue(undefined);
const answer = (status: number): Promise<Response> => Promise.resolve(new Response('x', { status }));

describe('sendSigned', () => {
  test('what is answered is not asked about', async () => {
    const source = { refused: refused(second) };
    expect(await sendSigned(source, first, () => answer(206))).toMatchObject({
      request: first,
      response: { status: 206 },
    });
    expect(source.refused).not.toHaveBeenCalled();
  });

  test('a refused request is sent once more, and reported if that is refused, too', async () => {
    const source = { refused: refused(second) };
    const send = vi.fn(() => answer(403));
    expect(await sendSigned(source, first, send)).toMatchObject({ request: second, response: { status: 403 } });
    expect(send.mock.calls).toEqual([
      [first, undefined],
      [second, 'default'],
    ]);
    expect(source.refused.mock.calls.map(([of, status]) => [of, status])).toEqual([
      [first, 403],
      [second, 403],
    ]);
  });

  test('past the cache where the URL is the same', async () => {
    const send = vi.fn(() => answer(410));
    await sendSigned({ refused: refused(first) }, first, send);
    expect(send.mock.calls).toEqual([
      [first, undefined],
      [first, 'reload'],
    ]);
  });

  test('the body of a refusal that is not shown is cancelled, even if it has broken off', async () => {
    const cancel = vi.fn(() => Promise.reject(new Error('it has broken off')));
    const refusal = { ok: false, status: 403, type: 'cors', body: { cancel } } as unknown as Response;
    const send = vi.fn().mockResolvedValueOnce(refusal).mockResolvedValueOnce(new Response());
    expect(await sendSigned({ refused: refused(second) }, first, send)).toMatchObject({ response: { status: 200 } });
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('a refusal of which somebody keeps a copy is replayed, and told, without a wait for its reader', async () => {
    const kept: Response[] = [];
    const refuse = async (): Promise<Response> => {
      const refusal = await answer(403);
      kept.push(refusal.clone());
      return refusal;
    };
    const send = vi.fn(refuse).mockImplementationOnce(refuse).mockResolvedValueOnce(new Response());
    expect(await sendSigned({ refused: refused(second) }, first, send)).toMatchObject({ response: { status: 200 } });
    const source = { refused: vi.fn().mockRejectedValue(new Error('the endpoint is down')) };
    await expect(sendSigned(source, first, refuse)).rejects.toThrow('the endpoint is down');
  });

  test('so is that of a refusal for which no other token can be had', async () => {
    const refusal = await answer(403);
    const cancel = vi.spyOn(refusal.body!, 'cancel');
    const source = { refused: vi.fn().mockRejectedValue(new Error('the endpoint is down')) };
    await expect(sendSigned(source, first, () => Promise.resolve(refusal))).rejects.toThrow('the endpoint is down');
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('and that of a replay whose refusal cannot be told', async () => {
    const refusal = await answer(403);
    const cancel = vi.spyOn(refusal.body!, 'cancel');
    const source = { refused: vi.fn() };
    source.refused.mockResolvedValueOnce(second).mockRejectedValueOnce(new Error('the source was destroyed'));
    const send = vi
      .fn()
      .mockResolvedValueOnce(await answer(403))
      .mockResolvedValueOnce(refusal);
    await expect(sendSigned(source, first, send)).rejects.toThrow('the source was destroyed');
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('a failure without a status may be a refusal; else it is told', async () => {
    const error = new TypeError('Failed to fetch');
    const source = { refused: refused() };
    expect(await sendSigned(source, first, () => Promise.reject(error))).toEqual({ request: first, error });
    expect(source.refused.mock.calls[0]!.slice(0, 2)).toEqual([first, 0]);
  });

  test('an abort is no failure', async () => {
    const source = { refused: refused() };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(sendSigned(source, first, () => Promise.reject(new TypeError()), { signal })).rejects.toThrow(
      'enough',
    );
    expect(source.refused).not.toHaveBeenCalled();
  });

  test.each(['opaque', 'opaqueredirect'])('an answer without a status is none: %s', async (type) => {
    const source = { refused: refused() };
    const opaque = { ok: false, status: 0, type } as Response;
    expect(await sendSigned(source, first, () => Promise.resolve(opaque))).toEqual({
      request: first,
      response: opaque,
    });
    expect(source.refused).not.toHaveBeenCalled();
  });
});

describe('responseWithoutToken', () => {
  test.each<[SecureTokenErrorCode, number]>([
    ['ERR_SIGNING_UNAVAILABLE', 503],
    ['ERR_DENIED', 403],
    ['ERR_SIGNING_RESPONSE', 403],
    ['ERR_DESTROYED', 403],
  ])('%s is answered with %i, and without a body', (code, status) => {
    const response = responseWithoutToken(new SecureTokenError(code, 'no token'));
    expect(response).toMatchObject({ status, statusText: code, body: null });
  });
});
