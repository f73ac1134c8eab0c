import { letGo } from '../body.ts';
import { SecureTokenError, isSecureTokenErrorCode } from '../contract/secure-token-error.ts';
import type { SignOptions, SignedRequest, TokenSource } from '../contract/token-source.ts';
import { noteAccepted } from '../requests/refusal-cause.ts';
import { adoptToken } from './adopt-token.ts';
import { isOutage } from './keep-asking.ts';
import { replayCacheMode } from './replay-of.ts';

/** A signed request that has ended: with a response or an error. */
export interface Sent {
  /** The one that was sent last. */
  readonly request: SignedRequest;
  /** Absent: a failure without a status, which is the network, or an answer without CORS headers. */
  readonly response?: Response;
  /** The reason with which `fetch` rejected, where there was no response. */
  readonly error?: unknown;
}

/** Sends a signed request in this cache mode; `undefined` is that in which the player has asked. */
export type Send = (request: SignedRequest, cache: RequestCache | undefined) => Promise<Response>;

/** Out of CORS mode nobody sees a status: such an answer is what was asked for. */
const mayBeRefusal = ({ ok, type }: Response): boolean => !ok && !type.startsWith('opaque');

/**
 * Sends `signed` by fetch, and once more, by another token, if the edge refuses it. For requests that can choose their
 * cache mode; for others see `replayOf`.
 * @throws as `TokenSource.refused`; the reason of `signal`
 */
export async function sendSigned(
  source: Pick<TokenSource, 'refused'> & Partial<Pick<TokenSource, 'adoption'>>,
  signed: SignedRequest,
  send: Send,
  { signal }: SignOptions = {},
): Promise<Sent> {
  const attempt = async (request: SignedRequest, cache?: RequestCache): Promise<Sent> => {
    try {
      const response = await send(request, cache);
      if (response.ok) {
        noteAccepted(request);
        adoptToken(source, request, response);
      }
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
  // once: that this one is refused, too, is only reported
  await replayOf(second);
  return second;
}

/**
 * The answer to a fetch that gets no token: a status that its player tries again, or one that is final. The answer has
 * no body, so that no player takes it for media.
 */
export const responseWithoutToken = (error: SecureTokenError): Response =>
  new Response(null, { status: isOutage(error) ? 503 : 403, statusText: error.code });

/** The error that `responseWithoutToken` has written into `response`; `undefined` if somebody else has answered. */
export const errorOfResponse = ({ statusText }: Response): SecureTokenError | undefined =>
  isSecureTokenErrorCode(statusText)
    ? new SecureTokenError(statusText, 'The token worker has no token. Its tokendenied and tokenerror events say why.')
    : undefined;
