import type { SignedRequest, TokenSource } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import {
  sendSigned,
  throwIfAborted,
  untouchedRequest,
  withTokenHeaders,
  writeUnprotectedRefusal,
} from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { PreparedRequest } from './session.ts';
import { preparedRequest } from './session.ts';
import { filterError, statusOf, unsignedError } from './shaka-errors.ts';
import type { EngineClass, Operation, Request, Response, SchemePlugin } from './shaka-types.ts';
import { withFilterTime } from './time-of-response.ts';

type Call = Parameters<SchemePlugin>;
type HandOn = NonNullable<Request['streamDataCallback']>;

/** How an attempt has ended. */
interface Attempt {
  readonly response?: Response;
  readonly error?: unknown;
}

/** `RequestType.MANIFEST` of Shaka, which is also the type of playlists. */
const MANIFEST = 0;

/**
 * Hands on the body of an attempt that Shaka reads while it arrives, unless it is the text of a refusal. Shaka up to
 * 5.2.7 takes such a text for the beginning of the segment, and appends nothing of the replay. It reads only MP4 in this
 * way, which begins with a box below 16 MiB.
 */
function withoutText(handOn: HandOn): HandOn {
  let isMedia: boolean | undefined;
  return async (data) => {
    // a service worker may stream parts without a byte
    if (!data.byteLength) return;
    isMedia ??=
      (ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset) : new Uint8Array(data))[0] === 0;
    if (isMedia) await handOn(data);
  };
}

/**
 * Signs requests on the wire, while the player knows only their unsigned URLs. The life of an attempt: it goes out with
 * the plugin that was registered before, and is answered, or sent once more if the edge has refused it. Neither a wait
 * nor a replay shows in the reported times or in the URLs that the player sees.
 */
class TokenTransfer implements Operation {
  readonly promise: Promise<Response>;
  readonly #base: SchemePlugin;
  readonly #call: Call;
  readonly #prepared: PreparedRequest;
  readonly #ending = new AbortController();
  #onWire: Operation | undefined;

  constructor(engineClass: EngineClass, base: SchemePlugin, call: Call, prepared: PreparedRequest) {
    this.#base = base;
    this.#call = call;
    this.#prepared = prepared;
    this.promise = this.#transfer().catch(async (error: unknown) => {
      prepared.session.events.noteFailure(error);
      throw isSecureTokenError(error) ? await filterError(engineClass, error) : error;
    });
  }

  async abort(): Promise<void> {
    this.#ending.abort();
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
    const { signal } = this.#ending;
    const [url, { method }, type] = this.#call;
    const prepared = this.#prepared;
    // a later filter may have changed the URL
    const ready = prepared.signed?.unsignedUrl === url ? prepared.signed : prepared.session.source.signNow(url);
    prepared.signed = undefined;
    const signed = ready ?? (await prepared.session.sign(url, signal));
    const { source, events, isPatient: patient } = prepared.session;
    const sent = await sendSigned<Attempt>(source, signed, {
      send: (request) => this.#send(request),
      tell: events.tell,
      failureOf: ({ error }) => statusOf(error),
      signal,
      patient,
      method,
    });
    const { response, error } = sent.answer;
    if (!response) throw unsignedError(error, source, sent.request, sent.refusal);
    source.noteAnswer(sent.request, { url: response.uri }, true);
    Object.assign(response, {
      uri: source.unsign(response.uri),
      originalUri: url,
      originalRequest: this.#call[1],
    });
    // a scheme plugin of the app may answer without data, to HEAD
    const { data } = response as { readonly data: Response['data'] | null };
    if ((type as number) === MANIFEST)
      source.learn(response.uri, hlsOrDash(new TextDecoder().decode(data ?? undefined)));
    return response;
  }

  async #send(signed: SignedRequest): Promise<Attempt> {
    throwIfAborted(this.#ending.signal);
    const [, request, type, progress, headers, config] = this.#call;
    // Shaka measures from here, without the wait
    const sentAt = Date.now();
    request.requestStartTime = sentAt;
    const { streamDataCallback } = request;
    const onWire = {
      ...request,
      headers: withTokenHeaders(request.headers, signed.headers),
      allowCrossSiteCredentials: request.allowCrossSiteCredentials || signed.credentials,
      streamDataCallback: streamDataCallback && withoutText(streamDataCallback),
    };
    try {
      this.#onWire = this.#base(signed.url, onWire, type, progress, headers, config);
      const response = await this.#onWire.promise;
      return {
        response: withFilterTime(response, request, response.timeMs ?? Date.now() - sentAt, this.#prepared.waitedMs),
      };
    } catch (error) {
      return { error };
    }
  }
}

/** Writes to the console if the edge refuses a request that nothing signs. */
function tellUnprotected(source: TokenSource, url: string, { promise }: Operation): void {
  promise.catch((error: unknown) => writeUnprotectedRefusal(source, untouchedRequest(url), statusOf(error) ?? 0));
}

/** Makes scheme plugins for a copy of Shaka: they sign the requests of players with a token source, and call `base`. */
export const signing =
  (engineClass: EngineClass) =>
  (base: SchemePlugin): SchemePlugin =>
  (...call) => {
    const [url, request] = call;
    const prepared = preparedRequest(request);
    const source = prepared?.session.source;
    if (prepared && source?.protects(url)) return new TokenTransfer(engineClass, base, call, prepared);
    const operation = base(...call);
    if (source) tellUnprotected(source, url, operation);
    return operation;
  };
