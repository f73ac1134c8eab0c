/** The file that a response is a part of, as it says. Absent: it does not say, or CORS hides it. */
export interface Representation {
  /** Offset of its first byte; NaN if it is a part and does not say which. */
  readonly start: number;
  /** Bytes of the whole file. */
  readonly total: number | undefined;
  /** Changes when the file changes: a strong ETag, else the date of the last change. */
  readonly validator: string | undefined;
}

export function representation({ status, headers }: Response): Representation {
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)/.exec(headers.get('content-range') ?? '') ?? [];
  const etag = headers.get('etag');
  // of a packed body it is the packed length
  const length = status === 200 && !headers.has('content-encoding') ? headers.get('content-length') : undefined;
  return {
    start: status === 206 ? Number(start) : 0,
    total: +(total ?? length ?? 0) || undefined,
    validator: (etag && !etag.startsWith('W/') ? etag : headers.get('last-modified')) ?? undefined,
  };
}
