export interface DownloadProgress {
  /** Bytes at hand. */
  readonly received: number;
  /** Bytes of the whole file; `undefined` while the server has not told. */
  readonly total: number | undefined;
  /** Bytes a second over the last two seconds or so. */
  readonly rate: number;
  /** Tells this version of the file from others; `undefined` if the server does not. */
  readonly validator: string | undefined;
}

/** Calls `onProgress` ten times a second at most, and for the last one. */
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
    // after a restart there is less than before
    const now = Math.max(0, received - before) / Math.max(seconds, 0.001);
    rate = rate === undefined ? now : rate + (now - rate) * Math.min(1, seconds / 2);
    at += seconds * 1000;
    before = received;
    onProgress?.({ ...progress, rate });
  };
}
