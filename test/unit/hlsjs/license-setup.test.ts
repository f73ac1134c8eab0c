import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import { expect, test, vi } from 'vitest';
import { signLicenses } from '../../../packages/hlsjs/src/license-setup.ts';
import { FakeXhr, answer, failCall, fakeLoaders, settle, source, useToken } from './loader-lab.ts';

const SERVER = 'https://cdn.example/license';
const VENDOR = 'https://vendor.example/license';
const challenge = Uint8Array.of(1, 2, 3);
fakeLoaders();

/** A player that requests a licence as hls.js does. */
function player(before?: HlsConfig['licenseXhrSetup'], url = SERVER) {
  const hls = { config: { licenseXhrSetup: before }, emit: (event: string) => !!event };
  signLicenses(hls as unknown as Hls, () => source);
  const xhr = new FakeXhr();
  const body = hls.config.licenseXhrSetup!.call('hls' as never, xhr as never, url, {} as never, challenge);
  return { xhr, body: Promise.resolve(body), destroy: () => hls.emit('hlsDestroying') };
}

test.each([
  ['its parameters', { query: { st: 'a' } }, { url: `${SERVER}?st=a` }],
  ['its headers', { query: {}, headers: { 'x-token': 'a' } }, { url: SERVER, headers: { 'x-token': 'a' } }],
  ['its cookies', { query: {}, credentials: true }, { url: SERVER, withCredentials: true }],
])('a licence request carries a token in %s', async (_, token, expected) => {
  useToken(token);
  const { body, xhr } = player();
  await body;
  expect(xhr).toMatchObject(expected);
});

test('the app sets up a licence request as ever: with its signed URL, another challenge, further headers', async () => {
  useToken({ headers: { 'x-token': 'a' } });
  const before = vi.fn(function (this: unknown, xhr: XMLHttpRequest, url: string) {
    xhr.open('POST', `${url}&asset=7`, true);
    xhr.setRequestHeader('x-app', String(this));
    return Uint8Array.of(9);
  });
  const { body, xhr } = player(before);
  expect(await body).toEqual(Uint8Array.of(9));
  expect(xhr).toMatchObject({ url: `${SERVER}?st=t1&asset=7`, headers: { 'x-app': 'hls', 'x-token': 'a' } });
  expect(before.mock.calls[0]!.slice(2)).toEqual([{}, challenge]);
});

test.each<[string, string, HlsConfig['licenseXhrSetup']?]>([
  ['that the app opens for another server', SERVER, (xhr) => xhr.open('POST', VENDOR, true)],
  ['to another server than the protected one', VENDOR],
])('a licence request %s carries nothing of a token there', async (_, url, before) => {
  useToken({ headers: { 'x-token': 'a' } });
  const { body, xhr } = player(before, url);
  await body;
  expect(xhr).toMatchObject({ url: VENDOR, headers: {}, withCredentials: false });
  expect(xhr.headers).toEqual({});
});

test('licence requests wait through an outage of the signing endpoint, or until the player is destroyed', async () => {
  const [patient, destroyed] = [player(), player()];
  const ended = expect(destroyed.body).rejects.toThrow('aborted');
  for (let time = 0; time < 3; time++) {
    await settle();
    await failCall();
    await vi.advanceTimersByTimeAsync(11_000);
  }
  destroyed.destroy();
  await ended;
  await answer();
  await patient.body;
  expect(patient.xhr.url).toBe(`${SERVER}?st=t1`);
  expect(destroyed.xhr.url).toBe('');
});
