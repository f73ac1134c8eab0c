import { SecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import {
  abortable,
  networkPause,
  credentialsMode,
  fetchSigned,
  isOffline,
  throwIfAborted,
} from 'secure-token-core/adapter';
import type { DownloadSink, DownloadTarget } from './download-sink.ts';
import { createSink } from './download-sink.ts';
import type { SourceOptions } from './source-of.ts';
import { sourceOf } from './source-of.ts';

export { isSecureTokenError } from 'secure-token-core';
export type { SourceOptions } from './source-of.ts';
export { SecureTokenError };

export interface DownloadProgress {
  /** The number of bytes that have arrived, those of an earlier download (`from`) included. */
  readonly received: number;
  /** The number of bytes of the whole file; `undefined` until the server has told it. */
  readonly total: number | undefined;
  /** The value that tells this version of the file from others; `undefined` if the server does not send one. */
  readonly validator: string | undefined;
}

export interface DownloadSettings {
  /** Called at most ten times a second, and at the end, even after a failure. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /**
   * The last progress of an earlier download. This download continues there, and delivers only the bytes from there on.
   */
  readonly from?: Pick<DownloadProgress, 'received' | 'validator'>;
}

export type DownloadOptions = SourceOptions & DownloadSettings;

/** The options that do not belong to a token source. */
const OWN_OPTIONS: readonly (keyof DownloadSettings | 'as')[] = ['as', 'onProgress', 'signal', 'from'];
const PROGRESS_INTERVAL_MS = 100;
/** A connection that delivers nothing for this long is closed. */
const SILENCE_MS = 15_000;
/** The limit of attempts in a row that bring no byte: about a minute. Time offline does not count. */
const MAX_ATTEMPTS = 8;
/** Client errors that may pass: time-out, a range that the file does not have (any more), too many requests. */
const TEMPORARY = [408, 416, 429];

const wrong = (problem: string): SecureTokenError => new SecureTokenError('ERR_OPTIONS', problem);

/**
 * Downloads `url`, however often its token expires or the network fails. Never mixes two versions of the file.
 *
 * @param options where tokens come from, and `as`: `'blob'` (default), or a stream for files larger than memory.
 *   `download` closes the stream at the end. After a failure, it leaves the stream open and unlocked, so that another
 *   download can continue with `from`.
 * @throws `ERR_OPTIONS`; as `TokenSource.sign`; `ERR_TOKEN_REFUSED`; the reason of `signal`; a `NotFoundError` (404 and
 *   other final statuses); a `NetworkError`; an `InvalidStateError` if the file has changed, or the server does not
 *   answer ranges
 */
export function download(url: string | URL, options: DownloadOptions & { readonly as?: 'blob' }): Promise<Blob>;
export function download(
  url: string | URL,
  options: DownloadOptions & { readonly as: Exclude<DownloadTarget, 'blob'> },
): Promise<void>;
export async function download(
  url: string | URL,
  options: DownloadOptions & { readonly as?: DownloadTarget },
): Promise<unknown> {
  const { as = 'blob', ...settings } = options as DownloadSettings & { as?: DownloadTarget };
  const { href, username, password } = new URL(url, document.baseURI);
  if (username || password)
    throw wrong('url has a user name or a password, which fetch refuses. Write it without them.');
  const received = settings.from?.received ?? 0;
  if (!Number.isSafeInteger(received) || received < 0)
    throw wrong("from.received is no number of bytes. Give 'from' the last progress of the download.");
  if (as !== 'blob' && typeof (as as Partial<WritableStream> | null)?.getWriter !== 'function')
    throw wrong("as is neither 'blob' nor a WritableStream. Give one of them, or leave it out.");
  const { source, release } = sourceOf(options, OWN_OPTIONS);
  try {
    return await new Download(href, source, createSink(as), settings).run();
  } finally {
    release();
  }
}

/** The download of one file. Requests the missing rest again and again, until the whole file has been written. */
class Download {
  /** The absolute, unsigned URL. */
  readonly #url: string;
  readonly #source: AdapterSource;
  readonly #sink: DownloadSink;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: DownloadSettings['onProgress'];
  /** The offset up to which the file has been written. */
  #position: number;
  #total: number | undefined;
  #validator: string | undefined;
  #type = '';
  /** Attempts in a row that brought no byte. */
  #attempts = 0;
  #reportedAtMs = -Infinity;
  /** Closes the connection. */
  #closing = new AbortController();

  constructor(url: string, source: AdapterSource, sink: DownloadSink, settings: DownloadSettings) {
    const { onProgress, signal, from } = settings;
    this.#url = url;
    this.#source = source;
    this.#sink = sink;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#position = from?.received ?? 0;
    this.#validator = from?.validator;
  }

  async run(): Promise<unknown> {
    const close = (): void => this.#closing.abort();
    this.#signal?.addEventListener('abort', close);
    try {
      this.#source.allow(this.#url);
      await this.#attempt();
      while (this.#position !== this.#total) {
        if (++this.#attempts > MAX_ATTEMPTS)
          throw new DOMException(
            `No data came after ${this.#position} bytes. Download the rest later with 'from'.`,
            'NetworkError',
          );
        if (isOffline()) this.#attempts--;
        await networkPause(this.#attempts, this.#signal);
        await this.#attempt();
      }
      return await abortable(this.#sink.finish(this.#type), this.#signal);
    } catch (error) {
      this.#sink.release();
      throw error;
    } finally {
      close();
      this.#signal?.removeEventListener('abort', close);
      // a failed download continues from this progress, so it has to include the bytes since the last report
      this.#report();
    }
  }

  /** Requests the rest of the file and writes what comes. @throws if another attempt would not help */
  async #attempt(): Promise<void> {
    const signal = this.#signal;
    const signed = await this.#source.sign(this.#url, { signal });
    const range = this.#position ? { range: `bytes=${this.#position}-` } : {};
    const { answer, refusal } = await fetchSigned(
      this.#source,
      signed,
      async (request) => {
        this.#closing.abort();
        this.#closing = new AbortController();
        throwIfAborted(signal);
        return this.#unlessSilent(
          fetch(request.url, {
            headers: { ...request.headers, ...range },
            credentials: credentialsMode(request),
            cache: 'no-store',
            signal: this.#closing.signal,
          }),
        );
      },
      { signal },
    );
    const { response } = answer;
    if (!response) return;
    const { status, ok } = response;
    if (refusal) throw refusal;
    if (ok || status === 416) this.#compare(response);
    if (ok) await this.#writeBody(response);
    else if (status >= 400 && status < 500 && !TEMPORARY.includes(status))
      throw new DOMException(`The server answered ${status} for ${this.#url}.`, 'NotFoundError');
  }

  /** @throws `InvalidStateError` if the response is not the rest of the file, as far as its headers tell */
  #compare({ status, ok, headers }: Response): void {
    const [, start, size] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)/.exec(headers.get('content-range') ?? '') ?? [];
    const etag = headers.get('etag');
    // the `Content-Length` of a compressed body is its compressed length
    const length = status === 200 && !headers.has('content-encoding') ? headers.get('content-length') : null;
    const total = size ?? length;
    const now = {
      total: total && total !== '*' ? Number(total) : undefined,
      validator: (etag && !etag.startsWith('W/') ? etag : headers.get('last-modified')) ?? undefined,
    };
    this.#total ??= now.total;
    this.#validator ??= now.validator;
    if ((now.total ?? this.#total) !== this.#total || (now.validator ?? this.#validator) !== this.#validator)
      throw new DOMException(
        'The file has changed on the server. Download it again from its beginning.',
        'InvalidStateError',
      );
    if (ok && (status === 206 ? Number(start) : 0) !== this.#position)
      throw new DOMException(
        'The server does not answer ranges, or hides Content-Range. Download the file from its beginning.',
        'InvalidStateError',
      );
  }

  /** Writes a body until it ends or breaks off. */
  async #writeBody({ status, headers, body }: Response): Promise<void> {
    this.#type ||= headers.get('content-type') ?? '';
    const reader = body?.getReader();
    const read = (): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>> | undefined> =>
      this.#unlessSilent(reader!.read()).catch(() => undefined);
    let piece = reader && (await read());
    while (piece && !piece.done) {
      await this.#write(piece.value);
      this.#attempts = 0;
      if (performance.now() - this.#reportedAtMs >= PROGRESS_INTERVAL_MS) this.#report();
      piece = await read();
    }
    throwIfAborted(this.#signal);
    // for a file that is compressed or generated on the fly, only the end of the body tells the length
    if (piece?.done && status === 200) this.#total ??= this.#position;
  }

  async #write(data: Uint8Array<ArrayBuffer>): Promise<void> {
    const begin = this.#position;
    const written = this.#sink.write(data, begin);
    // a stalled stream has the data already: it writes the data when it continues, even if this download is aborted
    // before
    this.#position += data.length;
    try {
      await abortable(written, this.#signal);
    } catch (error) {
      if (!this.#signal?.aborted) this.#position = begin;
      throw error;
    }
  }

  async #unlessSilent<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#closing.abort(), SILENCE_MS);
    return work.finally(() => clearTimeout(timer));
  }

  #report(): void {
    this.#reportedAtMs = performance.now();
    this.#onProgress?.({ received: this.#position, total: this.#total, validator: this.#validator });
  }
}
