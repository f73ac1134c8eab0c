import { expect, test, vi } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { createLicenseFilter } from '../../../packages/dashjs/src/license-filter.ts';
import { SignedLoad } from '../../../packages/dashjs/src/signed-load.ts';
import { CDN, DashRequest, FakeLoader, createSession, settle, useFakeTime } from './dash-lab.ts';

useFakeTime();

const denied = expect.objectContaining({ code: 'ERR_DENIED' }) as unknown;

/** A player whose endpoint denies everything. */
const denying = () => {
  const lab = createSession(() => Promise.reject(new SecureTokenError('ERR_DENIED', 'no')));
  const load = async (name: string): Promise<DashRequest> => {
    const dash = new DashRequest(`${CDN}/vod/${name}`, 'MPD');
    new SignedLoad(dash.request, dash.response, lab.session, new FakeLoader().load, vi.fn()).start();
    await settle();
    return dash;
  };
  return { ...lab, load };
};

test('a denial is shown once, however many requests wait for it', async () => {
  const { errors, load } = denying();
  await load('a.mpd');
  await load('s-1.m4s');
  expect(errors).toEqual([denied]);
});

test('once dash.js has given up what waits, the next denial is shown', async () => {
  const { errors, load } = denying();
  const first = await load('a.mpd');
  const second = await load('s-1.m4s');
  first.request.customData.abort?.();
  await settle();
  const third = await load('s-2.m4s');
  expect(errors, 'one waits still').toEqual([denied]);
  second.request.customData.abort?.();
  third.request.customData.abort?.();
  await settle();
  await load('c.mpd');
  expect(errors).toEqual([denied, denied]);
});

test('another source has an error of its own, though a licence of the one before waits', async () => {
  const { errors, load, playing, session, source } = denying();
  void createLicenseFilter(
    session,
    new AbortController().signal,
  )({ url: `${CDN}/license`, method: 'POST', responseType: 'arraybuffer' });
  await settle();
  expect(errors).toEqual([denied]);
  playing.asset = `${CDN}/vod/c.mpd`;
  await load('c.mpd');
  expect(errors).toEqual([denied, denied]);
  source.dispatchEvent(
    new CustomEvent('tokenrenewed', { detail: { reason: 'initial', urls: [], expires: 9, wait: 0 } }),
  );
  await settle();
  expect(errors).toHaveLength(2);
});
