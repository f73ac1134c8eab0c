import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as ScriptRequestModule from '../../../packages/worker/src/worker/script-request.ts';
import { FakePages, advanceMs, settle } from './worker-lab.ts';

const url = 'https://cdn.test/s1.ts';

describe('a request of a script', () => {
  let pages: FakePages;
  let scripts: typeof ScriptRequestModule;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
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
  const waiting = (clientId: string): { isWanted?: boolean } => {
    const seen: { isWanted?: boolean } = {};
    void isWanted(clientId).then((it) => {
      seen.isWanted = it;
    });
    return seen;
  };

  test.each([
    ['GET', '', true],
    ['HEAD', '', true],
    ['GET', 'empty', true],
    ['POST', '', false],
    ['GET', 'video', false],
    ['GET', 'document', false],
  ])('is one that reads: %s for "%s": %s', (method, destination, expected) => {
    expect(scripts.isScriptRequest({ method, destination } as Request)).toBe(expected);
  });

  test('is signed if its page says that no token is in it; no other page is asked', async () => {
    pages.open('own', answering(false));
    pages.open('adapter', answering(true));
    pages.open('strange', answering('perhaps'));
    expect(await isWanted('own')).toBe(true);
    expect(await isWanted('adapter')).toBe(false);
    expect(await isWanted('strange')).toBe(false);
    expect(pages.posted.map(([id]) => id)).toEqual(['own', 'adapter', 'strange']);
  });

  test('is shown to its page by the names of its headers and whether cookies go with it, no values', async () => {
    pages.open('own', answering(false));
    await isWanted('own', { headers: { 'X-Token': 'secret' }, credentials: 'include' });
    expect(pages.posted).toEqual([['own', { secureToken: 'script', url, headers: ['x-token'], credentials: true }]]);
  });

  test('of a Web Worker: any page may say that a token is in it, and a slow one is not waited for', async () => {
    pages.open('one', answering(false));
    pages.open('two', answering(true));
    expect(await isWanted('of a worker')).toBe(false);
    pages.open('two', () => undefined);
    const seen = waiting('of a worker');
    await advanceMs(300);
    expect(seen).toEqual({ isWanted: true });
  });

  test('of a page that says nothing is left alone: the first after a second, others at once', async () => {
    pages.open('own');
    const first = waiting('own');
    await advanceMs(900);
    expect(first).toEqual({});
    await advanceMs(200);
    expect(first).toEqual({ isWanted: false });
    expect(await isWanted('own')).toBe(false);
    expect(pages.posted).toHaveLength(1);
    // it has registered the worker since
    scripts.notePageListens('own');
    pages.open('own', answering(false));
    expect(await isWanted('own')).toBe(true);
  });

  test('of a page that has registered the worker waits for five seconds; a late answer counts for later ones', async () => {
    let port: MessagePort | undefined;
    pages.open('own', (_, given) => (port ??= given));
    scripts.notePageListens('own');
    const seen = waiting('own');
    await advanceMs(4900);
    expect(seen).toEqual({});
    await advanceMs(200);
    expect(seen).toEqual({ isWanted: false });
    expect(await isWanted('own')).toBe(false);
    port!.postMessage({ carries: false });
    await settle();
    pages.open('own', answering(false));
    expect(await isWanted('own')).toBe(true);
  });
});
