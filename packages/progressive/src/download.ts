import type { SignedRequest } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { SecureTokenError } from 'secure-token-core';
import { abortable, isOffline } from 'secure-token-core/adapter';
import type { Connection } from './connection.ts';
import { connect } from './connection.ts';
import { representation } from './content-range.ts';
import type { FileVersion } from './download-policy.ts';
import { describesFile, isOtherVersion, mayRestart, rangeHeaders, stepAfter } from './download-policy.ts';
import type { DownloadSink, DownloadTarget } from './download-sink.ts';
import { createSink } from './download-sink.ts';
import { pause } from './pause.ts';
import type { DownloadProgress } from './progress-meter.ts';
import { createProgressMeter } from './progress-meter.ts';
import type { SourceOptions } from './source-of.ts';
import { sourceOf } from './source-of.ts';

export interface DownloadSettings {
  /** Called at most ten times a second, and at the end, even after a failure. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /**
   * The last progress of an earlier download. This download continues there, and delivers only the bytes from there on.
   */
  readonly from?: Pick<DownloadProgress, 'received' | 'validator'>;
}

/** The options that do not belong to a token source. */
const OWN_OPTIONS: readonly (keyof DownloadSettings | 'as')[] = ['as', 'onProgress', 'signal', 'from'];

export type DownloadOptions = SourceOptions & DownloadSettings;

const wrong = (problem: string): SecureTokenError => new SecureTokenError('ERR_OPTIONS', problem);

/**
 * Downloads `url`, however often its token expires or the network fails. Never mixes two versions of the file.
 *
 * @param options where tokens come from, and `as`: `'blob'` (default), or a stream for files larger than memory.
 *   `download` closes the stream at the end. After a failure, it leaves the stream open and unlocked, so that another
 *   download can continue with `from`.
 * @throws `ERR_OPTIONS`; as `TokenSource.sign`; `ERR_TOKEN_REFUSED`; the reason of `signal`; a `NotFoundError` (404 and
 *   other final statuses); a `NetworkError`; an `InvalidStateError` if the file has changed, or the server does not
 *   answer ranges, and the target cannot take back what was written
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
  readonly #report: ReturnType<typeof createProgressMeter>;
  /** The offset of the first byte that this download delivers. */
  readonly #begin: number;
  /** The offset up to which the file has been written. */
  #position: number;
  #version: FileVersion;
  #type = '';
  /** Attempts in a row that brought no byte. */
  #attempts = 0;
  #restarts = 0;

  constructor(url: string, source: AdapterSource, sink: DownloadSink, settings: DownloadSettings) {
    const { onProgress, signal, from } = settings;
    this.#url = url;
    this.#source = source;
    this.#sink = sink;
    this.#signal = signal;
    this.#report = createProgressMeter(onProgress);
    this.#begin = this.#position = from?.received ?? 0;
    this.#version = { validator: from?.validator, total: undefined };
  }

  async run(): Promise<unknown> {
    try {
      this.#source.allow(this.#url);
      await this.#receiveAll();
      return await abortable(this.#sink.finish(this.#type), this.#signal);
    } catch (error) {
      this.#sink.release();
      throw error;
    } finally {
      // a failed download continues from this progress, so it has to include the bytes since the last report
      this.#reportProgress(true);
    }
  }

  get #isComplete(): boolean {
    return this.#position === this.#version.total;
  }

  async #receiveAll(): Promise<void> {
    let request = await this.#sign();
    let status = await this.#attempt(request);
    while (!this.#isComplete) {
      request = await this.#nextRequest(request, status);
      status = await this.#attempt(request);
    }
  }

  #sign(): Promise<SignedRequest> {
    return this.#source.sign(this.#url, { signal: this.#signal });
  }

  /** Whether the option `refusals` names the status. A failure without a status counts as one of the network. */
  #isRefusal(request: SignedRequest, status: number): boolean {
    return status > 0 && this.#source.isRefusal(request, status);
  }

  /** Sends `request` and writes the body of the response. @returns the status of the response; 0 if there is none */
  async #attempt(request: SignedRequest): Promise<number> {
    const isSameOrigin = new URL(request.url).origin === location.origin;
    const headers = rangeHeaders(this.#position, this.#version.validator, isSameOrigin);
    const connection = await connect(request, headers, this.#signal);
    const { response } = connection;
    try {
      if (response && (await this.#accept(request, response))) await this.#writeBody(connection, response.status);
    } finally {
      connection.close();
    }
    this.#signal?.throwIfAborted();
    return response?.status ?? 0;
  }

  /**
   * Whether the body of `response` continues at the current position. Restarts the download if the file has changed.
   */
  async #accept(request: SignedRequest, response: Response): Promise<boolean> {
    const { status, ok, headers } = response;
    const { start, ...now } = representation(response);
    if (!describesFile(response, now, this.#isRefusal(request, status))) return false;
    if (isOtherVersion(this.#version, now))
      await this.#restart('The file has changed on the server. Download it again from its beginning.');
    else if (ok && start !== this.#position)
      await this.#restart('The server does not answer ranges. Download the file from its beginning.');
    // after a restart the body may begin elsewhere: the next request asks for the right position
    if (ok && start !== this.#position) return false;
    const { validator, total } = this.#version;
    this.#version = { validator: validator ?? now.validator, total: total ?? now.total };
    if (ok) this.#source.noteAnswer(request, response, true);
    if (ok) this.#type ||= headers.get('content-type') ?? '';
    return ok;
  }

  /**
   * Starts again from the first byte, because the written part is of another version, or cannot be continued.
   * @throws `InvalidStateError` if the download may not restart
   */
  async #restart(reason: string): Promise<void> {
    if (!mayRestart(this.#begin, !!this.#sink.restart, this.#restarts))
      throw new DOMException(reason, 'InvalidStateError');
    this.#restarts++;
    const emptied = Promise.resolve(this.#sink.restart!());
    this.#position = 0;
    this.#version = { validator: undefined, total: undefined };
    await abortable(emptied, this.#signal);
  }

  async #writeBody({ read }: Connection, status: number): Promise<void> {
    let piece = await read();
    while (piece && !piece.done) {
      await this.#write(piece.value);
      this.#attempts = 0;
      this.#reportProgress(false);
      piece = await read();
    }
    // for a file that is compressed or generated on the fly, only the end of the body tells the length
    if (piece?.done && status === 200)
      this.#version = { ...this.#version, total: this.#version.total ?? this.#position };
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

  /**
   * Resolves to the next request: at once with another token if the edge has refused this one, or else after a pause.
   * @throws if another attempt would not help
   */
  async #nextRequest(request: SignedRequest, status: number): Promise<SignedRequest> {
    const isRefusal = this.#isRefusal(request, status);
    const replay = await this.#source.refused(request, status, { signal: this.#signal });
    if (replay) return replay;
    const step = stepAfter({ status, isRefusal, attempts: this.#attempts });
    if (step === 'not found')
      throw new DOMException(
        `The server answered ${status} for ${this.#url}. Check the URL: it is not tried again.`,
        'NotFoundError',
      );
    if (step === 'refused') throw this.#source.explainRefusal(request, status);
    if (step === 'no more data')
      throw new DOMException(
        `No data came after ${this.#position} bytes. Download the rest later with 'from'.`,
        'NetworkError',
      );
    if (!isOffline()) this.#attempts++;
    await pause(this.#attempts, this.#signal);
    return this.#sign();
  }

  #reportProgress(isLast: boolean): void {
    this.#report({ received: this.#position, ...this.#version }, isLast);
  }
}
