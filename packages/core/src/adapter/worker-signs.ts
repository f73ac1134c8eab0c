import { errorOfResponse } from './send-signed.ts';
import { resolveUrl } from '../url-text.ts';

/**
 * The questions that a page asks the token worker: it answers a request with one of these headers by itself. A worker
 * that does not know the question lets its own script through, with status 200.
 */
export const workerQuestion = {
  /** Whether it signs the browser's own requests for this URL: `yes` or `no`. */
  header: 'secure-token-signs',
  /** To do what `TokenSource.renew` does: `yes`, or the failure as `responseWithoutToken` writes it. */
  renewal: 'secure-token-renews',
  yes: 204,
  no: 205,
} as const;

/** A worker answers at once; one that does not know the question may ask the network for its own script. */
const ANSWER_TIMEOUT_MS = 5000;

/** A renewal takes as long as the tries of the worker do. Browsers stop a worker that is at one request for so long. */
const RENEWAL_TIMEOUT_MS = 300_000;

const controllerOfPage = (): ServiceWorker | null | undefined =>
  (globalThis.navigator as Partial<Navigator> | undefined)?.serviceWorker?.controller;

/** Whether a service worker controls this page: only then is there anybody to ask. */
export const hasController = (): boolean => !!controllerOfPage();

/**
 * The answer of the worker that controls this page; `undefined` without a worker, if it ends meanwhile, and if it has
 * not answered after `timeoutMs`.
 */
async function askWorker(headers: Record<string, string>, timeoutMs: number): Promise<Response | undefined> {
  const controller = controllerOfPage();
  if (!controller) return undefined;
  return fetch(controller.scriptURL, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
}

const askWhetherSigns = (url: string): Promise<Response | undefined> =>
  askWorker({ [workerQuestion.header]: url }, ANSWER_TIMEOUT_MS);

/**
 * Whether a token worker (secure-token-worker) controls this page and signs the browser's own requests for `url`. One
 * that does not answer in five seconds does not.
 */
export async function workerSigns(url: string): Promise<boolean> {
  const answer = await askWhetherSigns(resolveUrl(url));
  return answer?.status === workerQuestion.yes;
}

/**
 * Renews the tokens of the token worker that controls this page, and lifts its denials.
 * @returns whether there is one that can, which those of earlier versions cannot. One that answers no question in five
 *   seconds is none.
 * @throws as `TokenSource.renew`
 */
export async function renewWorker(): Promise<boolean> {
  // any URL will do: another worker of the site may hold up what it is asked for as long as the network does
  const { yes, no } = workerQuestion;
  const known = await askWhetherSigns(controllerOfPage()?.scriptURL ?? '');
  if (known?.status !== yes && known?.status !== no) return false;
  const answer = await askWorker({ [workerQuestion.renewal]: '' }, RENEWAL_TIMEOUT_MS);
  const error = answer && errorOfResponse(answer);
  if (error) throw error;
  return answer?.status === yes;
}
