export interface DownloadProgress {
  /** The number of bytes that have arrived, those of an earlier download (`from`) included. */
  readonly received: number;
  /** The number of bytes of the whole file; `undefined` until the server has told it. */
  readonly total: number | undefined;
  /** Bytes per second, averaged over about two seconds. */
  readonly rate: number;
  /** The value that tells this version of the file from others; `undefined` if the server does not send one. */
  readonly validator: string | undefined;
}

/** Returns a function that calls `onProgress` at most ten times a second, and always for the last progress. */
export function createProgressMeter(
  onProgress: ((progress: DownloadProgress) => void) | undefined,
): (progress: Omit<DownloadProgress, 'rate'>, isLast: boolean) => void {
  let rate: number | undefined;
  let at = performance.now();
  let before: number | undefined;
  return (progress: Omit<DownloadProgress, 'rate'>, isLast: boolean): void => {
    const { received } = progress;
    before ??= received;
    const seconds = (performance.now() - at) / 1000;
    if (seconds < 0.1 && !isLast) return;
    // after a restart, `received` is smaller than before
    const now = Math.max(0, received - before) / Math.max(seconds, 0.001);
    rate = rate === undefined ? now : rate + (now - rate) * Math.min(1, seconds / 2);
    at += seconds * 1000;
    before = received;
    onProgress?.({ ...progress, rate });
  };
}
