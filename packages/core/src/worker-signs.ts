import { resolveUrl } from './url-text.ts';

/** Whether a token worker (secure-token-worker) controls this page and signs the browser's own requests for `url`. */
export async function workerSigns(url: string): Promise<boolean> {
  const { controller } = (globalThis.navigator as Partial<Navigator> | undefined)?.serviceWorker ?? {};
  // answered by the worker itself; one that does not know the question lets its own script through
  return (
    !!controller &&
    (await fetch(controller.scriptURL, { headers: { 'secure-token-signs': resolveUrl(url) } }).then(
      ({ status }) => status === 204,
      () => false,
    ))
  );
}
