import { errorOfResponse } from './response-without-token.ts';
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

const controllerOfPage = (): ServiceWorker | null | undefined =>
  (globalThis.navigator as Partial<Navigator> | undefined)?.serviceWorker?.controller;

/** Whether a service worker controls this page: only then is there anybody to ask. */
export const hasController = (): boolean => !!controllerOfPage();

/** The answer of the worker that controls this page; `undefined` without a worker, and if it ends meanwhile. */
async function askWorker(question: RequestInit): Promise<Response | undefined> {
  const controller = controllerOfPage();
  return controller ? fetch(controller.scriptURL, question).catch(() => undefined) : undefined;
}

/**
 * Whether a token worker (secure-token-worker) controls this page and signs the browser's own requests for `url`. One
 * that does not answer in five seconds does not.
 */
export async function workerSigns(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const answer = await askWorker({ headers: { [workerQuestion.header]: resolveUrl(url) }, signal });
  return answer?.status === workerQuestion.yes;
}

/**
 * Renews the tokens of the token worker that controls this page, and lifts its denials.
 * @returns whether there is one that can, which those of earlier versions cannot
 * @throws as `TokenSource.renew`
 */
export async function renewWorker(): Promise<boolean> {
  const answer = await askWorker({ headers: { [workerQuestion.renewal]: '' } });
  const error = answer && errorOfResponse(answer);
  if (error) throw error;
  return answer?.status === workerQuestion.yes;
}
