/**
 * Counts the listeners that `target` gets from now on, as a browser does that does not know the option `signal` of
 * `addEventListener`.
 * @returns the number of those that it still has
 */
export function countListeners(target: EventTarget): () => number {
  const listeners = new Set<string>();
  const numbers = new Map<unknown, number>();
  const idOf = ([type, listener, options]: Parameters<EventTarget['addEventListener']>): string => {
    if (!numbers.has(listener)) numbers.set(listener, numbers.size);
    const isCapture = typeof options === 'object' ? !!options.capture : !!options;
    return `${type} ${numbers.get(listener)!} ${isCapture}`;
  };
  const { addEventListener, removeEventListener } = target;
  target.addEventListener = (...args: Parameters<EventTarget['addEventListener']>) => {
    listeners.add(idOf(args));
    addEventListener.apply(target, args);
  };
  target.removeEventListener = (...args: Parameters<EventTarget['removeEventListener']>) => {
    listeners.delete(idOf(args));
    removeEventListener.apply(target, args);
  };
  return () => listeners.size;
}
