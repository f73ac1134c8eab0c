/**
 * 4 MiB: half a minute of a film at 1 Mbit/s. Firefox stops a worker after a minute, even in the middle of an answer.
 */
const maxPartBytes = 4 * 2 ** 20;

/** The destinations of what a player of the browser requests; hls.js and other scripts sign for themselves. */
export const isMediaRequest = ({ method, destination }: Request): boolean =>
  method === 'GET' && /^(audio|video|track)$/.test(destination);

/**
 * WebKit takes a bounded answer for the end of the file, and does not tell a worker that hands a body over that nobody
 * reads it any more: after six seeks no connection would be left.
 */
export const isWebKit = (): boolean => !/(Chrome|Firefox)\//.test(navigator.userAgent);

/**
 * The range to ask the edge for. An open one of a progressive file is bounded, so that no answer outlives the worker:
 * browsers come back for the rest. Not so for the parts of a playlist, which their players want whole.
 */
export function boundedRange(url: string, range: string | null): string | null {
  const isFile = !isWebKit() && /\.(mp4|m4v|mov|webm|m4a|mp3|og[agv]|wav|flac)$/i.test(new URL(url).pathname);
  const start = isFile && /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
  return start ? `bytes=${start}-${+start + maxPartBytes - 1}` : range;
}
