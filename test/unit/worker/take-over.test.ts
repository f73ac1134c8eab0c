import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { registerTokenWorker } from '../../../packages/worker/src/page/register-token-worker.ts';
import type { TokenWorker } from '../../../packages/worker/src/page/register-token-worker.ts';
import { explainFailure } from '../../../packages/worker/src/page/worker-file.ts';
import { MEDIA_ALONE } from '../../../packages/worker/src/wire/media-alone.ts';

/** `navigator.serviceWorker` of a page that its worker does not control yet. */
class FakeContainer extends EventTarget {
  controller: object | null = null;
  readonly active = { scriptURL: '', postMessage: vi.fn() };
  readonly startMessages = vi.fn();

  register(script: { toString(): string }): Promise<object> {
    this.active.scriptURL = new URL(script.toString(), document.baseURI).href;
    return Promise.resolve({ active: this.active });
  }

  takeOver(controller: object): void {
    this.controller = controller;
    this.dispatchEvent(new Event('controllerchange'));
  }
}

let container: FakeContainer;
let worker: TokenWorker | undefined;

beforeEach(() => {
  container = new FakeContainer();
  vi.useFakeTimers();
  // Node's own does not follow the fake clock
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const ending = new AbortController();
    setTimeout(() => ending.abort(), ms);
    return ending.signal;
  });
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.stubGlobal('navigator', { serviceWorker: container });
  vi.stubGlobal('document', { baseURI: 'https://www.test/films/' });
});
afterEach(() => {
  worker?.destroy();
  worker = undefined;
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const register = (): void =>
  void registerTokenWorker('/token-worker.js', { endpoint: '/token', protect: 'https://cdn.test/' }).then(
    (registered) => (worker = registered),
  );

test('a worker that is slow to take over is waited for five seconds', async () => {
  register();
  await vi.advanceTimersByTimeAsync(4999);
  expect(worker).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(worker?.controls).toBe(false);
});

test('the wait ends once the worker controls the page, and not with another worker of the site', async () => {
  register();
  await vi.advanceTimersByTimeAsync(1000);
  container.takeOver({ scriptURL: 'https://www.test/other.js' });
  await vi.advanceTimersByTimeAsync(0);
  expect(worker).toBeUndefined();
  container.takeOver(container.active);
  await vi.advanceTimersByTimeAsync(0);
  expect(worker?.controls).toBe(true);
});

test('a worker that takes over after the wait is trusted, and so is the one that replaces it', async () => {
  const registration: { active: object | null } = { active: null };
  vi.spyOn(container, 'register').mockImplementation((script) => {
    container.active.scriptURL = new URL(script.toString(), document.baseURI).href;
    return Promise.resolve(registration);
  });
  register();
  await vi.advanceTimersByTimeAsync(5000);
  registration.active = container.active;
  const problem = vi.fn();
  worker!.addEventListener('problem', problem);
  const tell = (): boolean =>
    container.dispatchEvent(
      Object.assign(new Event('message'), {
        data: { secureToken: 'problem', url: 'https://cdn.test/a.mp4', header: 'ETag' },
        ports: [],
        source: container.active,
      }),
    );
  container.takeOver(container.active);
  container.active.scriptURL = 'https://www.test/token-worker.js?other';
  tell();
  expect(problem).toHaveBeenCalledOnce();
});

test('a file that could not be registered is read for five seconds: the cause is told without it then', async () => {
  const cause = new TypeError('ServiceWorker script evaluation failed');
  const script = { href: 'https://www.test/a.js', url: new URL('https://www.test/a.js') };
  const failed = vi.fn();
  const explain = (): void => void explainFailure(cause, script).catch(failed);
  vi.stubGlobal(
    'fetch',
    (_: string, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('late')))),
  );
  explain();
  await vi.advanceTimersByTimeAsync(4999);
  expect(failed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(failed).toHaveBeenLastCalledWith(cause);
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(`throw '${MEDIA_ALONE}'`)));
  explain();
  await vi.advanceTimersByTimeAsync(0);
  expect(failed).toHaveBeenLastCalledWith(expect.objectContaining({ code: 'ERR_OPTIONS', cause }));
});
