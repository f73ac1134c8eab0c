import { describe, expect, test, vi } from 'vitest';
import type { SecureTokenError } from '../../../packages/core/src/index.ts';
import type { Answer } from './lab.ts';
import { MASTER, fakeTime, lab, advanceSeconds, watch } from './lab.ts';

fakeTime();

const problem =
  (status: number, detail: unknown, type = 'application/problem+json'): Answer =>
  () =>
    new Response(JSON.stringify({ detail }), { status, headers: { 'content-type': type } });

async function errorOf(answer: Answer): Promise<SecureTokenError> {
  const { source } = lab(answer, { retry: { limit: 0 } });
  const request = watch(source.sign(MASTER));
  await advanceSeconds(20);
  source.destroy();
  return request.error!;
}
const messageOf = async (answer: Answer): Promise<string> => (await errorOf(answer)).message;

const UNSIGNABLE = 'This endpoint signs none of these URLs. Check the URLs, or the settings of the endpoint.';

test('an endpoint that does not answer: the message ends with the command that finds out why', async () => {
  const message = await messageOf(() => Promise.reject(new TypeError('Failed to fetch')));
  expect(message).toMatch(
    /^ERR_SIGNING_UNAVAILABLE: The signing endpoint did not answer\. .*doctor URL --endpoint URL'\.$/,
  );
});

describe('the `detail` of the signing endpoint', () => {
  test.each([
    [403, 'ERR_DENIED'],
    [400, 'ERR_SIGNING_RESPONSE'],
    [503, 'ERR_SIGNING_UNAVAILABLE'],
  ])('is in the message, in place of our hint: %i', async (status, code) => {
    expect(await messageOf(problem(status, UNSIGNABLE))).toBe(
      `${code}: The signing endpoint answered ${status}: ${UNSIGNABLE}`,
    );
  });

  test('is read of application/json too, and the cause stays to be read', async () => {
    const error = await errorOf(problem(403, 'No.', 'application/json; charset=utf-8'));
    expect(error.message).toBe('ERR_DENIED: The signing endpoint answered 403: No.');
    expect(await (error.cause as Response).json()).toEqual({ detail: 'No.' });
  });

  test.each<[string, Answer]>([
    ['there is none', problem(403, undefined)],
    ['it is no text', problem(403, { st: 'SECRET' })],
    ['it is blank', problem(403, ' \n')],
    ['it is HTML', () => new Response('<p>SECRET</p>', { status: 403, headers: { 'content-type': 'text/html' } })],
    [
      'it is no JSON',
      () => new Response('{"detail":"SECRET', { status: 403, headers: { 'content-type': 'application/json' } }),
    ],
    ['its body is long', problem(403, 'a '.repeat(20_000))],
    [
      'its body breaks off',
      () =>
        new Response(new ReadableStream({ start: (controller) => controller.error(new TypeError('cut')) }), {
          status: 403,
          headers: { 'content-type': 'application/json' },
        }),
    ],
  ])('our hint stays where %s', async (_, answer) => {
    expect(await messageOf(answer)).toBe(
      'ERR_DENIED: The signing endpoint answered 403. This viewer has no access: let them log in, then call renew(). ' +
        "Find out why with 'npx -p secure-token-cli secure-token doctor URL --endpoint URL'.",
    );
  });

  test.each([
    [20_000, 'The signing endpoint answered 403: No.'],
    [20_001, 'The signing endpoint answered 403. This viewer'],
  ])('a body is read up to a length: %i characters', async (length, message) => {
    const headers = { 'content-type': 'application/json' };
    const answer: Answer = () => new Response('{"detail":"No."}'.padEnd(length), { status: 403, headers });
    expect(await messageOf(answer)).toContain(message);
  });

  test.each([
    ['never ends', '{', 'application/json'],
    ['is too long', '{'.repeat(30_000), 'application/json'],
    ['is a page that never ends', '<p>', 'text/html'],
    ['is a long page', '<p>'.repeat(30_000), 'text/html'],
  ])('the status does not wait for a body that %s, and its connection is given back', async (_, text, type) => {
    const cancel = vi.fn();
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(text)), cancel });
    const answer: Answer = () => new Response(body, { status: 403, headers: { 'content-type': type } });
    expect(await errorOf(answer)).toMatchObject({ code: 'ERR_DENIED', status: 403 });
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('the status waits for a body for a second', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{')) });
    const headers = { 'content-type': 'application/json' };
    const { source } = lab(() => new Response(body, { status: 403, headers }), { retry: { limit: 0 } });
    await advanceSeconds(0);
    const request = watch(source.sign(MASTER));
    await advanceSeconds(0.9);
    expect(request.state).toBe('pending');
    await advanceSeconds(0.2);
    expect(request.error).toMatchObject({ code: 'ERR_DENIED' });
    source.destroy();
  });

  test.each([
    ['a\r\n\u0007\u202eb\u001b[31m', 'a b [31m'],
    ['https://c.example/vod/a.m3u8?st=SECRET&e=1 is not signed.', 'https://c.example/vod/a.m3u8?… is not signed.'],
    ['"https://c.example/a?SECRET"', '"https://c.example/a?…"'],
    ['/vod/a.m3u8?st=SECRET is not signed.', '/vod/a.m3u8?… is not signed.'],
    ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N has ended.', 'Bearer ….….… has ended.'],
    ['st=m6WCATfRgS_5lcyChCPgrw is wrong', '… is wrong'],
    ['expected aBxdEygHyjKz/mNwpQysTyu=', 'expected …'],
    ['https://c.example/cb#code=ab12cd is no file', 'https://c.example/cb?… is no file'],
    ['Is this yours? Incomprehensibilities.', 'Is this yours? Incomprehensibilities.'],
  ])('%j is shown as %j', async (detail, shown) => {
    expect(await messageOf(problem(403, detail))).toBe(`ERR_DENIED: The signing endpoint answered 403: ${shown}`);
  });

  test('a long one is cut', async () => {
    const text = await messageOf(problem(403, 'word '.repeat(100)));
    expect(text).toMatch(/word…$|…$/);
    expect(text.length).toBeLessThan(260);
  });
});
