import { resolveUrl } from './url-text.ts';

/**
 * How a page asks the token worker whether it signs the browser's own requests for a URL: a request with this header
 * is answered by the worker itself, with one of these statuses.
 */
export const workerQuestion = { header: 'secure-token-signs', yes: 204, no: 205 } as const;

/** Whether a token worker (secure-token-worker) controls this page and signs the browser's own requests for `url`. */
export async function workerSigns(url: string): Promise<boolean> {
  const { controller } = (globalThis.navigator as Partial<Navigator> | undefined)?.serviceWorker ?? {};
  if (!controller) return false;
  try {
    const { status } = await fetch(controller.scriptURL, { headers: { [workerQuestion.header]: resolveUrl(url) } });
    // a worker that does not know the question lets its own script through
    return status === workerQuestion.yes;
  } catch {
    return false;
  }
}
