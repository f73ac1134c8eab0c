import type { SecureTokenError } from '../contract/errors.ts';
import type { AdapterSource, Emit, SignOptions, SignedRequest, TokenSource } from '../contract/token-source.ts';
import { throwIfAborted, within } from '../older-browsers.ts';
import { credentialsMode } from './token-carriers.ts';

/** The statuses of refusals that browsers may cache even if no header says so (RFC 9110 §15.1). */
const CACHED = [404, 405, 410, 414, 501];

/** The time-out of the extra request: it must not hold up the player's request, which has another time-out. */
const OVERWRITE_TIMEOUT_MS = 5000;

export interface ReplayOptions extends SignOptions {
  /** The method of the request: no cache answers a POST, such as a licence request. @default 'GET' */
  readonly method?: string;
  /** Sends the extra request, for adapters that replace the global function. @default the global fetch */
  readonly fetch?: typeof fetch;
}

/**
 * Does what `source.refused()` does, whatever sends the request. If the cache of the browser may answer the replay with
 * the refusal, one extra request overwrites that.
 * @throws as `source.refused()`
 */
export async function replayOf(
  source: Pick<TokenSource, 'refused'>,
  request: SignedRequest,
  status: number,
  { method = 'GET', fetch: send = fetch, ...how }: ReplayOptions = {},
): Promise<SignedRequest | undefined> {
  const replay = await source.refused(request, status, how);
  if (!replay || !CACHED.includes(status) || method.toUpperCase() !== 'GET') return replay;
  // the token is in the URL, which the cache does not know
  if (request.url !== replay.url) return replay;
  const { url, headers } = replay;
  const credentials = credentialsMode(replay);
  const overwrite = (signal: AbortSignal): Promise<Response> =>
    send(url, { signal, cache: 'reload', headers, credentials });
  // the replay itself will show a failure
  const answer = await within(OVERWRITE_TIMEOUT_MS, overwrite).catch(() => undefined);
  void answer?.body?.cancel().catch(() => undefined);
  return replay;
}

/** The members of a token source that `sendSigned` needs. A token worker whose pages sign has only the first one. */
export type Refusing = Pick<TokenSource, 'refused'> &
  Partial<Pick<AdapterSource, 'isRefusal' | 'explainRefusal' | 'noteAnswer'>>;

/** How an adapter sends a request. `Answer` is what the player gets, of a failure too. */
export interface Sending<Answer> extends ReplayOptions {
  readonly send: (request: SignedRequest) => Promise<Answer>;
  /** Tells the app of the player of a refusal, as the source itself does. */
  readonly tell?: Emit | undefined;
  /**
   * Returns the status of a failure, 0 if it has none; `undefined` if the answer is good, or the edge is not to blame.
   */
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
  { send, failureOf, discard, tell, ...how }: Sending<Answer>,
): Promise<Sent<Answer>> {
  const attempt = async (request: SignedRequest): Promise<Sent<Answer> & { replay?: SignedRequest | undefined }> => {
    const answer = await send(request);
    const status = failureOf(answer);
    if (status === undefined) return { request, answer, refusal: undefined };
    // before the replay: without a status, the result depends on the time
    const refusal = source.isRefusal?.(request, status) ? source.explainRefusal?.(request, status) : undefined;
    if (refusal) tell?.('tokenrefused', { url: request.unsignedUrl, status });
    try {
      const replay = await replayOf(source, request, status, how);
      if (refusal && !replay) tell?.('tokenerror', { error: refusal });
      return { request, answer, refusal, replay };
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
  how: ReplayOptions & Pick<Sending<Fetched>, 'tell'>,
): Promise<Sent<Fetched>> =>
  sendSigned<Fetched>(source, signed, {
    ...how,
    async send(request) {
      try {
        const response = await fetch(request);
        if (response.ok) source.noteAnswer?.(request, response, true);
        return { response };
      } catch (error) {
        throwIfAborted(how.signal);
        return { error };
      }
    },
    failureOf,
    discard: ({ response }) => letGo(response?.body),
  });
