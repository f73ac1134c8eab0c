import { SecureTokenError, isOutage } from '../contract/errors.ts';
import type { SecureTokenErrorCode } from '../contract/errors.ts';
import { within } from '../older-browsers.ts';
import { resolveUrl } from '../url-text.ts';

/**
 * Returns the answer to a fetch that gets no token: 503, which its player retries, in an outage; otherwise 403, which
 * is final. The answer has no body, so that no player takes it for media.
 */
export const responseWithoutToken = (error: SecureTokenError): Response =>
  new Response(null, { status: isOutage(error) ? 503 : 403, statusText: error.code });

/** Returns the error that `responseWithoutToken` has written into `response`; `undefined` for any other response. */
const errorOfResponse = ({ statusText: code }: Response): SecureTokenError | undefined =>
  code.startsWith('ERR_')
    ? new SecureTokenError(
        code as SecureTokenErrorCode,
        'The token worker has no token. Its tokendenied and tokenerror events say why.',
      )
    : undefined;

/**
 * The questions that a page asks the token worker. The worker itself answers a request with one of these headers. A
 * worker that does not know the question lets the request for its own script through, which gets status 200.
 */
export const workerQuestion = {
  /** Asks whether the worker signs the browser's own requests for this URL: `yes` or `no`. */
  header: 'secure-token-signs',
  /** Asks for what `TokenSource.renew` does: `yes`, or the failure as `responseWithoutToken` writes it. */
  renewal: 'secure-token-renews',
  yes: 204,
  no: 205,
} as const;

/** A token worker answers at once; a worker that does not know the question may load its own script. */
const ANSWER_TIMEOUT_MS = 5000;

/** A renewal takes as long as the worker's tries. Browsers stop a worker that spends this long on one request. */
const RENEWAL_TIMEOUT_MS = 300_000;

const controllerOfPage = (): ServiceWorker | null | undefined =>
  (globalThis.navigator as Partial<Navigator> | undefined)?.serviceWorker?.controller;

/** Tells whether a service worker controls this page: otherwise there is no worker to ask. */
export const hasController = (): boolean => !!controllerOfPage();

/**
 * Returns the answer of the worker that controls this page; `undefined` if there is no worker, if the worker ends
 * meanwhile, or if it has not answered after `timeoutMs`.
 */
async function askWorker(headers: Record<string, string>, timeoutMs: number): Promise<Response | undefined> {
  const controller = controllerOfPage();
  if (!controller) return undefined;
  return within(timeoutMs, (signal) => fetch(controller.scriptURL, { headers, signal })).catch(() => undefined);
}

const askWhetherSigns = (url: string): Promise<Response | undefined> =>
  askWorker({ [workerQuestion.header]: url }, ANSWER_TIMEOUT_MS);

/**
 * Tells whether a token worker (secure-token-worker) controls this page and signs the browser's own requests for `url`.
 * A worker that does not answer within five seconds counts as one that does not.
 */
export async function workerSigns(url: string): Promise<boolean> {
  const answer = await askWhetherSigns(resolveUrl(url));
  return answer?.status === workerQuestion.yes;
}

/**
 * Renews the tokens of the token worker that controls this page, and lifts its denials.
 * @returns whether there is a worker that can renew. Another service worker of the site cannot, and a worker that does
 *   not answer a question within five seconds does not count.
 * @throws as `TokenSource.renew`
 */
export async function renewWorker(): Promise<boolean> {
  // first asks, with the short time-out, about any URL: another worker of the site may take as long as the network
  const { yes, no } = workerQuestion;
  const known = await askWhetherSigns(controllerOfPage()?.scriptURL ?? '');
  if (known?.status !== yes && known?.status !== no) return false;
  const answer = await askWorker({ [workerQuestion.renewal]: '' }, RENEWAL_TIMEOUT_MS);
  const error = answer && errorOfResponse(answer);
  if (error) throw error;
  return answer?.status === yes;
}
