import type { SecureTokenError } from '../contract/errors.ts';
import type { AdapterSource, SignedRequest, TokenSource } from '../contract/token-source.ts';
import type { ReplayOptions } from './replay-of.ts';
import { replayOf } from './replay-of.ts';

/** The members of a token source that `sendSigned` needs. A token worker whose pages sign has only the first one. */
export type Refusing = Pick<TokenSource, 'refused'> &
  Partial<Pick<AdapterSource, 'isRefusal' | 'explainRefusal' | 'noteAnswer'>>;

/** How an adapter sends a request. `Answer` is what the player gets, of a failure too. */
export interface Sending<Answer> extends ReplayOptions {
  readonly send: (request: SignedRequest) => Promise<Answer>;
  /** Returns the status of a failure, 0 if it has none; `undefined` if the answer is good, or the edge is not to blame. */
  readonly failureOf: (answer: Answer) => number | undefined;
  /** Called with an answer that the player does not get. */
  readonly discard?: (answer: Answer) => void;
}

/** A signed request that has ended. */
export interface Sent<Answer> {
  /** The request that was sent last. */
  readonly request: SignedRequest;
  readonly answer: Answer;
  /** The error of a request that the edge has refused for good. */
  readonly refusal: SecureTokenError | undefined;
}

/**
 * Sends a signed request, and once more with another token if the edge refuses it.
 * @throws as `TokenSource.refused`, and whatever `send` throws
 */
export async function sendSigned<Answer>(
  source: Refusing,
  signed: SignedRequest,
  { send, failureOf, discard, ...how }: Sending<Answer>,
): Promise<Sent<Answer>> {
  const attempt = async (request: SignedRequest): Promise<Sent<Answer> & { replay?: SignedRequest | undefined }> => {
    const answer = await send(request);
    const status = failureOf(answer);
    if (status === undefined) return { request, answer, refusal: undefined };
    // before the replay: without a status, the result depends on the time
    const refusal = source.isRefusal?.(request, status) ? source.explainRefusal?.(request, status) : undefined;
    try {
      return { request, answer, refusal, replay: await replayOf(source, request, status, how) };
    } catch (error) {
      discard?.(answer);
      throw error;
    }
  };
  const first = await attempt(signed);
  if (!first.replay) return first;
  discard?.(first.answer);
  // the source is told of a second refusal too, and there is no third try
  return attempt(first.replay);
}

/** The answer to a fetch: a response, or what `fetch` has thrown. */
export interface Fetched {
  readonly response?: Response;
  readonly error?: unknown;
}

/**
 * Cancels a body that the caller reads no further, so that its connection becomes free. Does not wait for `cancel()`: if
 * the body was cloned, `cancel()` resolves only when the clone is read or cancelled too, which may never happen.
 */
export const letGo = (body: Pick<ReadableStream, 'cancel'> | null | undefined): void =>
  void body?.cancel().catch(() => undefined);

/** Outside CORS mode scripts see no status: such a response counts as good. */
const failureOf = ({ response }: Fetched): number | undefined => {
  if (!response) return 0;
  return response.ok || response.type.startsWith('opaque') ? undefined : response.status;
};

/** Does what `sendSigned` does, for a request that `fetch` sends. @throws also the reason of `signal` */
export const fetchSigned = (
  source: Refusing,
  signed: SignedRequest,
  fetch: (request: SignedRequest) => Promise<Response>,
  how: ReplayOptions,
): Promise<Sent<Fetched>> =>
  sendSigned<Fetched>(source, signed, {
    ...how,
    async send(request) {
      try {
        const response = await fetch(request);
        if (response.ok) source.noteAnswer?.(request, response, true);
        return { response };
      } catch (error) {
        how.signal?.throwIfAborted();
        return { error };
      }
    },
    failureOf,
    discard: ({ response }) => letGo(response?.body),
  });
