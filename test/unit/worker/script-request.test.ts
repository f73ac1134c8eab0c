import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as ScriptRequestModule from '../../../packages/worker/src/worker/script-request.ts';
import { FakePages, advanceMs, settle } from './worker-lab.ts';

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
    scripts = await import('../../../packages/worker/src/worker/script-request.ts');
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

  test('a page that says nothing is asked for a second, once, and its requests are left alone', async () => {
    pages.open('own');
    const asked = isWanted('own');
    await advanceMs(1100);
    expect(await asked).toBe(false);
    const { length } = pages.posted;
    expect(length).toBe(4);
    expect(await isWanted('own')).toBe(false);
    expect(pages.posted).toHaveLength(length);
    // it has registered the worker since
    scripts.notePageListens('own');
    pages.open('own', answering(false));
    expect(await isWanted('own')).toBe(true);
  });

  test('a page that is loading its scripts is asked again', async () => {
    pages.open('own');
    const asked = isWanted('own');
    await advanceMs(600);
    pages.open('own', answering(false));
    await advanceMs(400);
    expect(await asked).toBe(true);
  });

  test.each(['has registered the worker', 'has answered before'])(
    'a page that %s is waited for while it is busy, by one question, and each time',
    async (how) => {
      pages.open('own', answering(false));
      if (how === 'has answered before') await isWanted('own');
      else scripts.notePageListens('own');
      let port: MessagePort | undefined;
      pages.open('own', (_, given) => (port = given));
      const { length } = pages.posted;
      const asked = isWanted('own');
      await advanceMs(4000);
      port!.postMessage({ carries: false });
      await advanceMs(300);
      expect([await asked, pages.posted.length - length]).toEqual([true, 1]);
      const tooLong = isWanted('own');
      await advanceMs(5500);
      expect(await tooLong).toBe(false);
      pages.open('own', answering(false));
      expect(await isWanted('own')).toBe(true);
    },
  );

  test('a late answer counts for the next request', async () => {
    let port: MessagePort | undefined;
    pages.open('own', (_, given) => (port ??= given));
    const asked = isWanted('own');
    await advanceMs(1500);
    expect(await asked).toBe(false);
    port!.postMessage({ carries: false });
    await settle();
    pages.open('own', answering(false));
    expect(await isWanted('own')).toBe(true);
  });

  test('a page that has destroyed its worker object is one of those without', async () => {
    scripts.notePageListens('own');
    scripts.notePageLeaves('own');
    pages.open('own');
    const asked = isWanted('own');
    await advanceMs(1100);
    expect(await asked).toBe(false);
    expect(await isWanted('own')).toBe(false);
  });

  test('of a Web Worker is signed shortly after its page has answered, whoever else is silent', async () => {
    pages.open('silent');
    pages.open('busy');
    scripts.notePageListens('busy');
    pages.open('media', (_, port) => port!.postMessage({ carries: false, leave: true }));
    const alone = isWanted('of a worker');
    await advanceMs(500);
    pages.open('all', answering(false));
    const asked = isWanted('of a worker');
    await advanceMs(300);
    expect(await asked).toBe(true);
    await advanceMs(5000);
    expect(await alone, 'no page wants it').toBe(false);
  });

  test('a page that was silent and has closed is forgotten when another one comes', async () => {
    pages.open('own');
    const asked = isWanted('own');
    await advanceMs(1100);
    expect(await asked).toBe(false);
    pages.close('own');
    pages.open('next', answering(true));
    await isWanted('next');
    await settle();
    // never the same page: whatever is kept of it is kept for nothing
    pages.open('own', answering(false));
    expect(await isWanted('own')).toBe(true);
  });
});
