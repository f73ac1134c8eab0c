import { letGo } from '../adapter/send-signed.ts';
import { SecureTokenError } from '../contract/errors.ts';
import type { SecureTokenErrorCode } from '../contract/errors.ts';
import type { AdapterSource, SignOptions, SignedRequest } from '../contract/token-source.ts';
import { isOutage } from '../adapter/failures.ts';
import { replayCacheMode } from '../adapter/replay-of.ts';

/** A signed request that has ended with a response or an error. */
export interface Sent {
  /** The request that was sent last. */
  readonly request: SignedRequest;
  /** Absent after a failure without a status: the network failed, or the answer has no CORS headers. */
  readonly response?: Response;
  /** The reason with which `fetch` rejected, if there is no response. */
  readonly error?: unknown;
}

/** Sends a signed request in this cache mode; `undefined` stands for the mode of the player's own request. */
export type Send = (request: SignedRequest, cache: RequestCache | undefined) => Promise<Response>;

/**
 * Tells whether a response may be a refusal. Outside CORS mode scripts see no status: such a response counts as good.
 */
const mayBeRefusal = ({ ok, type }: Response): boolean => !ok && !type.startsWith('opaque');

/**
 * Sends `signed` by fetch, and once more with another token if the edge refuses it. For requests that can choose their
 * cache mode; for others see `replayOf`.
 * @throws as `TokenSource.refused`; the reason of `signal`
 */
export async function sendSigned(
  source: Pick<AdapterSource, 'refused'> & Partial<Pick<AdapterSource, 'noteAnswer'>>,
  signed: SignedRequest,
  send: Send,
  { signal }: SignOptions = {},
): Promise<Sent> {
  const attempt = async (request: SignedRequest, cache?: RequestCache): Promise<Sent> => {
    try {
      const response = await send(request, cache);
      if (response.ok) source.noteAnswer?.(request, response, true);
      return { request, response };
    } catch (error) {
      signal?.throwIfAborted();
      return { request, error };
    }
  };
  const replayOf = async (sent: Sent): Promise<SignedRequest | undefined> => {
    const { request, response } = sent;
    if (response && !mayBeRefusal(response)) return undefined;
    try {
      return await source.refused(request, response?.status ?? 0, { signal });
    } catch (error) {
      letGo(sent.response?.body);
      throw error;
    }
  };

  const first = await attempt(signed);
  const replay = await replayOf(first);
  if (!replay) return first;
  letGo(first.response?.body);
  const second = await attempt(replay, replayCacheMode(signed, replay));
  // the source only gets the report of a second refusal: there is no third try
  await replayOf(second);
  return second;
}

/**
 * Returns the answer to a fetch that gets no token: 503, which its player retries, in an outage; otherwise 403, which
 * is final. The answer has no body, so that no player takes it for media.
 */
export const responseWithoutToken = (error: SecureTokenError): Response =>
  new Response(null, { status: isOutage(error) ? 503 : 403, statusText: error.code });

const codes: Readonly<Record<SecureTokenErrorCode, true>> = {
  ERR_OPTIONS: true,
  ERR_SIGNING_UNAVAILABLE: true,
  ERR_SIGNING_RESPONSE: true,
  ERR_DENIED: true,
  ERR_TOKEN_REFUSED: true,
  ERR_DESTROYED: true,
};

export const isSecureTokenErrorCode = (text: string): text is SecureTokenErrorCode => Object.hasOwn(codes, text);

/** Returns the error that `responseWithoutToken` has written into `response`; `undefined` for any other response. */
export const errorOfResponse = ({ statusText }: Response): SecureTokenError | undefined =>
  isSecureTokenErrorCode(statusText)
    ? new SecureTokenError(statusText, 'The token worker has no token. Its tokendenied and tokenerror events say why.')
    : undefined;
