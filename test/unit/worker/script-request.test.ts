import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as ScriptRequestModule from '../../../packages/worker/src/script-request.ts';
import { FakePages, pass } from './worker-lab.ts';

const url = 'https://cdn.test/s1.ts';

describe('a request of a script', () => {
  let pages: FakePages;
  let scripts: typeof ScriptRequestModule;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    pages = new FakePages();
    vi.stubGlobal('clients', pages);
    vi.stubGlobal('location', { origin: 'https://www.test' });
    vi.resetModules();
    scripts = await import('../../../packages/worker/src/script-request.ts');
  });
  afterEach(() => {
    pages.end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const answering =
    (carries: unknown) =>
    (_: unknown, port: MessagePort | undefined): void =>
      port!.postMessage({ carries });
  const isWanted = (clientId: string, init: RequestInit = {}): Promise<boolean> =>
    scripts.isWanted({ clientId, request: new Request(url, init) } as never);

  test.each([
    ['GET', '', true],
    ['HEAD', '', true],
    ['POST', '', false],
    ['GET', 'video', false],
    ['GET', 'image', false],
    ['GET', 'document', false],
  ])('%s for "%s": %s', (method, destination, expected) => {
    expect(scripts.isScriptRequest({ method, destination } as Request)).toBe(expected);
  });

  test('is signed if its page says that no token is in it; what it says otherwise is left alone', async () => {
    pages.open('own', answering(false));
    pages.open('adapter', answering(true));
    pages.open('later', answering('perhaps'));
    expect([await isWanted('own'), await isWanted('adapter'), await isWanted('later')]).toEqual([true, false, false]);
    expect(
      pages.posted.map(([id]) => id),
      'no other page is asked',
    ).toEqual(['own', 'adapter', 'later']);
  });

  test('tells the page the names of its headers and whether cookies go with it, no values', async () => {
    pages.open('own', answering(false));
    await isWanted('own', { headers: { 'X-Token': 'secret' }, credentials: 'include' });
    expect(pages.posted).toEqual([['own', { secureToken: 'script', url, headers: ['x-token'], credentials: true }]]);
  });

  test('of a Web Worker, whose page is not known: any page may say that a token is in it', async () => {
    pages.open('one', answering(false));
    expect(await isWanted('of a worker')).toBe(true);
    pages.open('two', answering(true));
    expect(await isWanted('of a worker')).toBe(false);
  });

  test('a page that says nothing is asked for five seconds, once, and its requests are left alone', async () => {
    pages.open('own');
    const asked = isWanted('own');
    await pass(5500);
    expect(await asked).toBe(false);
    const { length } = pages.posted;
    expect(length).toBe(20);
    expect(await isWanted('own')).toBe(false);
    expect(pages.posted).toHaveLength(length);
    // it has registered the worker since
    scripts.forgetSilentPages();
    pages.open('own', answering(false));
    expect(await isWanted('own')).toBe(true);
  });

  test('a page that is loading its scripts, or busy, is waited for', async () => {
    pages.open('own');
    const asked = isWanted('own');
    await pass(3000);
    pages.open('own', answering(false));
    await pass(500);
    expect(await asked).toBe(true);
  });
});
