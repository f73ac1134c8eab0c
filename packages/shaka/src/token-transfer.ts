import type { SecureTokenError, SignedRequest, TokenSource } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import {
  errorWithoutToken,
  isOutage,
  refusalOf,
  untouchedRequest,
  withTokenHeaders,
  writeUnprotectedRefusal,
} from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { PreparedRequest, Session } from './session.ts';
import { preparedRequest } from './session.ts';
import type { ShakaError } from './shaka-errors.ts';
import { abortedError, filterError, isShakaError, recoverableError, statusOf, unsignedError } from './shaka-errors.ts';
import type { EngineClass, Operation, Response, SchemePlugin } from './shaka-types.ts';
import { withFilterTime } from './time-of-response.ts';
import { WithheldBody } from './withheld-body.ts';
import { WithheldReports } from './withheld-reports.ts';

type Call = Parameters<SchemePlugin>;

/** `RequestType.MANIFEST` of Shaka, which is also the type of playlists. */
const MANIFEST = 0;

/**
 * Signs requests on the wire, while the player knows only their unsigned URLs. The life of an attempt: it goes out with
 * the plugin that was registered before, and is answered, or sent once more if the edge has refused it. Neither a wait
 * nor a replay shows in the reported times and bytes, in events or in the URLs that the player sees.
 */
class TokenTransfer implements Operation {
  readonly promise: Promise<Response>;
  readonly #engineClass: EngineClass;
  readonly #base: SchemePlugin;
  readonly #call: Call;
  readonly #prepared: PreparedRequest;
  /** The wait for a token. */
  readonly #wait = new AbortController();
  #onWire: Operation | undefined;

  constructor(engineClass: EngineClass, base: SchemePlugin, call: Call, prepared: PreparedRequest) {
    this.#engineClass = engineClass;
    this.#base = base;
    this.#call = call;
    this.#prepared = prepared;
    this.promise = this.#transfer().catch(async (error: unknown) => {
      throw await this.#errorForShaka(error);
    });
  }

  get #session(): Session {
    return this.#prepared.session;
  }

  get #source(): AdapterSource {
    return this.#session.source;
  }

  async abort(): Promise<void> {
    this.#wait.abort();
    await this.#onWire?.abort();
  }

  finally(onFinal: (isOk: boolean) => unknown): this {
    this.promise.then(
      () => onFinal(true),
      () => onFinal(false),
    );
    return this;
  }

  async #transfer(): Promise<Response> {
    const signed = this.#takeSigned() ?? (await this.#sign());
    try {
      return await this.#send(signed);
    } catch (error) {
      return await this.#sendAgain(signed, error);
    }
  }

  /**
   * Returns the request that the filter has signed; signs again, if possible at once, if a later filter changed the
   * URL.
   */
  #takeSigned(): SignedRequest | undefined {
    const { signed } = this.#prepared;
    this.#prepared.signed = undefined;
    return signed?.unsignedUrl === this.#call[0] ? signed : this.#source.signNow(this.#call[0]);
  }

  #sign(): Promise<SignedRequest> {
    const [url, request] = this.#call;
    return this.#session.sign(this.#prepared, url, request, this.#wait.signal);
  }

  async #send(signed: SignedRequest): Promise<Response> {
    this.#wait.signal.throwIfAborted();
    const [url, request, type, progress, headers, config] = this.#call;
    // Shaka measures from here, without the wait
    const sentAt = (request.requestStartTime = Date.now());
    const reports = new WithheldReports(request, sentAt, progress, headers);
    const body = request.streamDataCallback ? new WithheldBody(request.streamDataCallback) : undefined;
    const onWire = {
      ...request,
      headers: withTokenHeaders(request.headers, signed.headers),
      allowCrossSiteCredentials: request.allowCrossSiteCredentials || signed.credentials,
      streamDataCallback: body?.take ?? null,
    };
    this.#onWire = this.#base(signed.url, onWire, type, reports.progress, reports.headers, config);
    const response = await this.#onWire.promise;
    this.#source.noteAnswer(signed, { url: response.uri }, true);
    const timeMs = response.timeMs ?? Date.now() - sentAt;
    reports.pass();
    await body?.pass();
    Object.assign(response, { uri: this.#source.unsign(response.uri), originalUri: url, originalRequest: request });
    if ((type as number) === MANIFEST) this.#learn(response);
    return withFilterTime(response, timeMs, this.#prepared.waitedMs);
  }

  /** @param data `null` if a scheme plugin of the app answers without data, to HEAD */
  #learn({ uri, data }: { readonly uri: string; readonly data: Response['data'] | null }): void {
    this.#source.learn(uri, hlsOrDash(new TextDecoder().decode(data ?? undefined)));
  }

  async #sendAgain(signed: SignedRequest, error: unknown): Promise<Response> {
    if (!isShakaError(error)) throw errorWithoutToken(error, signed);
    const status = statusOf(error);
    const refusal = this.#refusalOf(signed, status);
    if (status === undefined || !refusal) throw unsignedError(error, this.#source, signed);
    const { signal } = this.#wait;
    const { method } = this.#call[1];
    const replay = await this.#session.user.replay(signed, status, { signal, method }).catch((failure: unknown) => {
      if (this.#session.isReplaced && !signal.aborted) return this.#sign();
      throw this.#failed(error, signed, failure);
    });
    if (!replay) throw this.#refused(error, signed, refusal);
    return this.#send(replay).catch(async (again: unknown) => {
      if (!isShakaError(again)) throw errorWithoutToken(again, replay);
      const statusAgain = statusOf(again);
      const refusalAgain = this.#refusalOf(replay, statusAgain);
      // There is no third try, but the source counts refusals: after some in a row it replays nothing for a while.
      if (refusalAgain)
        await this.#session.user.replay(replay, statusAgain!, { signal, method }).catch(() => undefined);
      throw this.#refused(again, replay, refusalAgain);
    });
  }

  #refusalOf(signed: SignedRequest, status: number | undefined): SecureTokenError | undefined {
    return status === undefined ? undefined : refusalOf(this.#source, signed, status);
  }

  /** Returns the error if the edge has refused the last token, too. Shaka retries after some statuses, in vain. */
  #refused(error: ShakaError, sent: SignedRequest, refusal: SecureTokenError | undefined): ShakaError {
    this.#session.tellConsole(refusal);
    return unsignedError(error, this.#source, sent, refusal);
  }

  /**
   * Returns the error if the endpoint fails after a refusal. In an outage the player goes on as its own policy says.
   */
  #failed(refusal: ShakaError, sent: SignedRequest, failure: unknown): unknown {
    if (this.#wait.signal.aborted) return failure;
    if (isOutage(failure)) return recoverableError(refusal, this.#source, sent, failure);
    this.#session.tellConsole(failure);
    return failure;
  }

  /**
   * Returns the error for Shaka. Shaka writes into any error, and apps expect errors of Shaka. Other requests may get
   * the same error of ours, so it goes into the data of an error of Shaka.
   */
  async #errorForShaka(error: unknown): Promise<unknown> {
    if (isShakaError(error)) return error;
    if (this.#wait.signal.aborted) return abortedError(this.#engineClass);
    return isSecureTokenError(error) ? filterError(await abortedError(this.#engineClass), error) : error;
  }
}

/** Writes to the console if the edge refuses a request that nothing signs. */
function tellUnprotected(source: TokenSource, url: string, { promise }: Operation): void {
  promise.catch((error: unknown) => {
    if (isShakaError(error)) writeUnprotectedRefusal(source, untouchedRequest(url), statusOf(error) ?? 0);
  });
}

/** Makes scheme plugins for a copy of Shaka: they sign the requests of players with a token source, and call `base`. */
export const signing =
  (engineClass: EngineClass) =>
  (base: SchemePlugin): SchemePlugin =>
  (...call) => {
    const [url, request] = call;
    const prepared = preparedRequest(request);
    const source = prepared?.session.source;
    if (!prepared || !source?.protects(url)) {
      const operation = base(...call);
      if (__DEVELOPMENT__ && source) tellUnprotected(source, url, operation);
      return operation;
    }
    return new TokenTransfer(engineClass, base, call, prepared);
  };
