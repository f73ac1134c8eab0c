import type { SignedRequest } from 'secure-token-core';
import { refusalOf } from 'secure-token-core';
import { connect } from './connection.ts';
import { representation } from './content-range.ts';
import type { DownloadTarget } from './download-sink.ts';
import { createSink } from './download-sink.ts';
import { pause } from './pause.ts';
import type { DownloadProgress } from './progress-meter.ts';
import { createProgressMeter } from './progress-meter.ts';
import type { SourceOptions } from './source-of.ts';
import { sourceOf } from './source-of.ts';

export interface DownloadSettings {
  /** Called ten times a second at most, and at the end, be it a failure. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /**
   * Goes on where an earlier download stopped, of which this is the last progress. Delivers the bytes from there on.
   */
  readonly from?: Pick<DownloadProgress, 'received' | 'validator'>;
}

export type DownloadOptions = SourceOptions & DownloadSettings;

/** Attempts in a row that bring no byte: about a minute. Time offline does not count. */
const ATTEMPTS = 8;
/** Refusals in a row, each of a renewed token. */
const REFUSALS = 3;
/** Client errors that pass: time-out, a range that is not there (any more), too many requests. */
const WORTH_ANOTHER_TRY = [408, 416, 429];
/** Versions of a file that changes all the time. */
const RESTARTS = 3;

/**
 * Downloads `url`, however often its token expires or the network fails; never mixes two versions of the file.
 *
 * @param options where tokens come from, and `as`: `'blob'` (default), or a stream for files larger than memory. It is
 *   closed at the end, but after a failure left open and unlocked, to go on with `from`.
 * @throws as `TokenSource.sign`; `ERR_TOKEN_REFUSED`; the reason of `signal`; a `NotFoundError` (404 and other final
 *   statuses); a `NetworkError`; an `InvalidStateError` when the file has changed and what went before cannot be taken
 *   back
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
  const { onProgress, signal, from, as = 'blob' } = options as DownloadSettings & { as?: DownloadTarget };
  const { source, release } = sourceOf(options);
  const { href } = new URL(url, document.baseURI);
  const report = createProgressMeter(onProgress);
  const sink = createSink(as);
  const { received: begin = 0 } = from ?? {};
  let position = begin;
  let validator = from?.validator;
  let total: number | undefined;
  let attempts = 0;
  let restarts = 0;
  let type = '';

  /** What has been written is of another version, or cannot be continued. */
  const restart = async (message: string): Promise<void> => {
    if (begin || !sink.restart || restarts++ >= RESTARTS) throw new DOMException(message, 'InvalidStateError');
    await sink.restart();
    position = 0;
    validator = total = undefined;
  };

  /** One request; resolves to its status, 0 without one. What it brought is at `position`. */
  const attempt = async (request: SignedRequest): Promise<number> => {
    // elsewhere If-Range would cost a preflight; comparing does as well
    const isHere = new URL(request.url).origin === location.origin;
    const headers: Record<string, string> = position
      ? { range: `bytes=${position}-`, ...(isHere && validator && { 'if-range': validator }) }
      : {};
    const { response, read, close } = await connect(request, headers, signal);
    try {
      if (!response) return 0;
      const { status, ok } = response;
      if (!ok && status !== 416) return status;
      const now = representation(response);
      const differs = (before: unknown, after: unknown): unknown => before && after && before !== after;
      if (differs(validator, now.validator) || differs(total, now.total))
        await restart('The file has changed on the server');
      else if (ok && now.start !== position) await restart('The server cannot resume');
      // not from where we are now: the next request asks for that
      if (ok && now.start !== position) return status;
      validator ??= now.validator;
      total ??= now.total;
      if (!ok) return status;
      type ||= response.headers.get('content-type') ?? '';
      for (;;) {
        const piece = await read();
        // packed or made on the fly, a file has no other end than this
        if (piece?.done && status === 200) total ??= position;
        if (!piece || piece.done) break;
        await sink.write(piece.value, position);
        position += piece.value.length;
        attempts = 0;
        report({ received: position, total, validator }, false);
      }
      return status;
    } finally {
      close();
    }
  };

  try {
    source.allow(href);
    let request = await source.sign(href, { signal });
    for (;;) {
      const status = await attempt(request);
      signal?.throwIfAborted();
      if (position === total) break;
      // asked before, for without a status it depends on the time; that one is a failure of the network in any case
      const refusal = status > 0 ? refusalOf(source, request, status) : undefined;
      const isFinal = status >= 400 && status < 500 && !refusal && !WORTH_ANOTHER_TRY.includes(status);
      const replay = status < 400 && status ? undefined : await source.refused(request, status, { signal });
      if (!replay) {
        if (isFinal) throw new DOMException(`${status}: ${href}`, 'NotFoundError');
        attempts++;
        if (refusal && attempts > REFUSALS) throw refusal;
        if (attempts > ATTEMPTS) throw new DOMException(`No more data after ${position} bytes`, 'NetworkError');
        await pause(attempts, signal);
      }
      request = replay ?? (await source.sign(href, { signal }));
    }
    return await sink.finish(type);
  } catch (error) {
    sink.release();
    throw error;
  } finally {
    // to go on from, if it has failed: what has come since the last report is written too
    report({ received: position, total, validator }, true);
    release();
  }
}
