/**
 * The largest part of a file in one response: 4 MiB, half a minute of a film at 1 Mbit/s. Firefox stops a worker after
 * a minute, even in the middle of a response.
 */
const maxPartBytes = 4 * 2 ** 20;

/** Whether the browser's own player makes the request. hls.js and other scripts sign their own requests. */
export const isMediaRequest = ({ method, destination }: Request): boolean =>
  method === 'GET' && /^(audio|video|track)$/.test(destination);

/**
 * Whether the browser is WebKit. WebKit takes the end of a bounded response for the end of the file. If a worker hands
 * a body over, WebKit does not tell the worker when the page stops reading: after six seeks no connection would be
 * left.
 */
export const isWebKit = (): boolean => !/(Chrome|Firefox)\//.test(navigator.userAgent);

/**
 * Returns the range to request from the edge. Bounds an open range of a progressive file, so that no response outlives
 * the worker: browsers request the rest afterwards. Does not bound the parts of a playlist, because players want them
 * whole.
 */
export function boundedRange(url: string, range: string | null): string | null {
  const isFile = !isWebKit() && /\.(mp4|m4v|mov|webm|m4a|mp3|og[agv]|wav|flac)$/i.test(new URL(url).pathname);
  const start = isFile && /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
  return start ? `bytes=${start}-${+start + maxPartBytes - 1}` : range;
}
