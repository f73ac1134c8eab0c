import { describe, expect, test } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/dashjs/src/index.ts';
import { CDN, DashRequest, FakePlayer, SEGMENT, numbered, settle, useFakeTime } from './dash-lab.ts';

useFakeTime();

const install = (player: FakePlayer, getTokens: (request: TokenRequest) => Promise<Token[]> = numbered()) =>
  secureToken(player as never, { getTokens, protect: CDN, random: () => 0 });

describe('secureToken()', () => {
  test('called again with the source that it has returned: that lives until the player is reset', async () => {
    const player = new FakePlayer();
    const source = install(player);
    expect(secureToken(player as never, source)).toBe(source);
    await expect(source.sign(`${CDN}/a`)).resolves.toHaveProperty('token');
    player.reset();
    await expect(source.sign(`${CDN}/a`)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
    expect(player.filters).toEqual([]);
  });

  test('called again, the first source goes on; if the app has destroyed it, the second one signs', async () => {
    const player = new FakePlayer();
    const first = install(player);
    expect(install(player)).toBe(first);
    first.destroy();
    expect(install(player)).not.toBe(first);
    const dash = new DashRequest();
    player.load(dash.request, dash.response);
    await settle();
    expect(player.loader.last.url).toBe(`${SEGMENT}?st=t1`);
    player.destroy();
  });

  test('the player fires the events of the source, and an error for a denial', async () => {
    const player = new FakePlayer();
    const source = install(player, () => Promise.reject(new SecureTokenError('ERR_DENIED', 'no')));
    await source.sign(`${CDN}/a`).catch(() => undefined);
    const error = expect.objectContaining({ code: 'ERR_DENIED' }) as object;
    expect(player.heard).toEqual([
      ['tokendenied', { error, detail: { error } }],
      ['error', { error }],
    ]);
    player.destroy();
  });

  test.each([
    ['to another host is sent as it is', 'https://other.test/beacon', ''],
    ['to a protected URL is signed', `${CDN}/beacon`, '?st=t1'],
  ])('the callback of an event, of which dash.js knows nothing more, %s', async (_, url, token) => {
    const player = new FakePlayer();
    install(player);
    player.load({ url, customData: {} }, { status: 0 });
    await settle();
    expect(player.loader.last.url).toBe(url + token);
    player.destroy();
  });
});

describe('a licence request', () => {
  test('to a protected URL is signed, once its token is there', async () => {
    const player = new FakePlayer();
    install(player, async ({ urls }) =>
      urls.map((url) => ({ url, expires: 2e9, query: { st: '1' }, headers: { 'x-token': '2' }, credentials: true })),
    );
    expect(await player.license({ 'x-app': '3' })).toEqual({
      url: `${CDN}/license?st=1`,
      headers: { 'x-app': '3', 'x-token': '2' },
      withCredentials: true,
    });
    player.destroy();
  });

  test('that a filter of the app sends to another server takes no token there, whenever the app has registered it', async () => {
    const player = new FakePlayer();
    install(player);
    player.registerLicenseRequestFilter((request) => {
      request.url = 'https://vendor.test/license';
    });
    expect(await player.license()).toEqual({ url: 'https://vendor.test/license', headers: {} });
    player.destroy();
  });

  test('waits until the player has ended at most, and is let through then: dash.js would wait for ever', async () => {
    const player = new FakePlayer();
    install(player, () => new Promise(() => undefined));
    const license = player.license();
    player.destroy();
    await expect(license).resolves.toHaveProperty('url', `${CDN}/license`);
  });
});
