/**
 * Calls `wait` with a signal that aborts when the first of `signals` does, with the same reason. Leaves no listener
 * behind, and needs no `AbortSignal.any`, which Safari has only since 17.4.
 */
export async function untilAny<T>(
  signals: readonly AbortSignal[],
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const any = new AbortController();
  const listeners = signals.map((signal) => ({ signal, stop: () => any.abort(signal.reason) }));
  for (const { signal, stop } of listeners) {
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  }
  try {
    return await wait(any.signal);
  } finally {
    for (const { signal, stop } of listeners) signal.removeEventListener('abort', stop);
  }
}
