import { expect, test } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { createLicenseFilter } from '../../../packages/dashjs/src/license-filter.ts';
import type { LicenseRequest } from '../../../packages/dashjs/src/license-replay.ts';
import type { Session } from '../../../packages/dashjs/src/session.ts';
import { CDN, createSession, numbered, settle, useFakeTime } from './dash-lab.ts';

useFakeTime();

const never = new AbortController().signal;

/** Filters a request of dash.js, of which only the given members count here. */
const filter = (session: Session, request: Partial<LicenseRequest>, signal = never): Promise<void> =>
  createLicenseFilter(session, signal)(request as LicenseRequest);

test('signs a licence request to a protected URL', async () => {
  const { session } = createSession(numbered());
  const request = { url: `${CDN}/license`, headers: { 'content-type': 'text/xml' }, withCredentials: false };
  await filter(session, request);
  expect(request).toEqual({
    url: `${CDN}/license?st=t1`,
    headers: { 'content-type': 'text/xml' },
    withCredentials: false,
  });
});

test('adds headers, and cookies', async () => {
  const { session } = createSession(({ urls }) =>
    Promise.resolve(
      urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, headers: { a: '1' }, credentials: true })),
    ),
  );
  const request = { url: `${CDN}/license`, headers: { b: '2' }, withCredentials: false };
  await filter(session, request);
  expect(request).toEqual({ url: `${CDN}/license`, headers: { a: '1', b: '2' }, withCredentials: true });
});

test('leaves other servers alone', async () => {
  const { session } = createSession(numbered());
  const request = { url: 'https://drm.test/license' };
  await filter(session, request);
  expect(request).toEqual({ url: 'https://drm.test/license' });
});

test('waits out an outage, and never rejects: dash.js would wait for ever', async () => {
  let isDown = true;
  const tokens = numbered();
  const outage = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');
  const { session } = createSession((request) => (isDown ? Promise.reject(outage) : tokens(request)));
  const request = { url: `${CDN}/license` };
  const filtered = filter(session, request);
  await settle(60_000);
  isDown = false;
  await settle(60_000);
  await filtered;
  expect(request.url).toBe(`${CDN}/license?st=t1`);

  const end = new AbortController();
  isDown = true;
  const other = { url: `${CDN}/other` };
  const ended = filter(session, other, end.signal);
  await settle();
  end.abort();
  await expect(ended).resolves.toBeUndefined();
  expect(other.url).toBe(`${CDN}/other`);
});
