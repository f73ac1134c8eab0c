/**
 * The file that a response is a part of, as its headers describe it. A member is `undefined` if the response does not
 * tell it, or if CORS hides the header.
 */
export interface Representation {
  /** The offset of the first byte of the response; NaN if the response is a part and does not tell which. */
  readonly start: number;
  /** The number of bytes of the whole file. */
  readonly total: number | undefined;
  /** The value that changes when the file changes: a strong ETag, or else the date of the last change. */
  readonly validator: string | undefined;
}

export function representation({ status, headers }: Response): Representation {
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)/.exec(headers.get('content-range') ?? '') ?? [];
  const etag = headers.get('etag');
  // the `Content-Length` of a compressed body is its compressed length
  const length = status === 200 && !headers.has('content-encoding') ? headers.get('content-length') : undefined;
  return {
    start: status === 206 ? Number(start) : 0,
    total: +(total ?? length ?? 0) || undefined,
    validator: (etag && !etag.startsWith('W/') ? etag : headers.get('last-modified')) ?? undefined,
  };
}
