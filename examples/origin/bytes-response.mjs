/**
 * The content that an origin holds under one URL.
 * @typedef {object} Content
 * @property {string} type media type
 * @property {number} size
 * @property {string} etag strong, quoted
 * @property {Date} [modified]
 * @property {string} [cache] Cache-Control
 * @property {(start: number, end: number) => BodyInit} read the bytes from `start` up to, not including, `end`
 */

/**
 * The files of a folder, by their paths in it, percent-encoded. Nothing for what is no file there.
 * @typedef {(path: string) => Promise<Content | undefined>} Files
 */

/** All bytes of `content`. @type {(content: Content) => Promise<Uint8Array<ArrayBuffer>>} */
export const bytesOf = async ({ read, size }) => new Uint8Array(await new Response(read(0, size)).arrayBuffer());

/**
 * Answers GET and HEAD for `content`: conditional requests (RFC 9110 §13) and one byte range (§14).
 * @param {Request} request
 * @param {Content} content
 * @returns {Response}
 */
export function bytesResponse(request, content) {
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Cache-Control': content.cache ?? 'no-cache',
    'Content-Type': content.type,
    ETag: content.etag,
  });
  if (content.modified) headers.set('Last-Modified', content.modified.toUTCString());
  if (isNotModified(request.headers, content)) {
    headers.delete('Content-Type');
    return new Response(null, { status: 304, headers });
  }

  const { size } = content;
  const range = rangeApplies(request, content) ? parseRange(request.headers.get('Range'), size) : undefined;
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${size}`);
    headers.set('Content-Length', '0');
    headers.delete('Content-Type');
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: size };
  headers.set('Content-Length', String(end - start));
  if (range) headers.set('Content-Range', `bytes ${start}-${end - 1}/${size}`);
  const body = request.method === 'HEAD' || start === end ? null : content.read(start, end);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** @type {(headers: Headers, content: Content) => boolean} */
function isNotModified(headers, { etag, modified }) {
  const tags = headers.get('If-None-Match');
  // If-None-Match compares weakly, and switches If-Modified-Since off.
  if (tags !== null) return tags.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
  const since = Date.parse(headers.get('If-Modified-Since') ?? '');
  return modified !== undefined && toSeconds(modified) <= since;
}

/** @type {(request: Request, content: Content) => boolean} */
function rangeApplies({ method, headers }, { etag, modified }) {
  if (method !== 'GET' || !headers.has('Range')) return false;
  const condition = headers.get('If-Range');
  if (condition === null) return true;
  if (condition.includes('"')) return condition === etag;
  return modified !== undefined && toSeconds(modified) === Date.parse(condition);
}

/** HTTP dates have no milliseconds. @type {(date: Date) => number} */
const toSeconds = (date) => Math.floor(date.getTime() / 1000) * 1000;

/**
 * A header that is malformed or asks for several ranges counts as absent, as the specification allows.
 * @param {string | null} header
 * @param {number} size
 * @returns {{ start: number, end: number } | 'unsatisfiable' | undefined}
 */
function parseRange(header, size) {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec((header ?? '').replaceAll(' ', '')) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const start = Math.max(0, size - Number(last));
    return start < size ? { start, end: size } : 'unsatisfiable';
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  const end = last === '' ? size : Math.min(size, Number(last) + 1);
  return Number(first) < size ? { start: Number(first), end } : 'unsatisfiable';
}
