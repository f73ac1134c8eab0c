/*
 * What Chrome 71 lacks, and a package for browsers needs. A build of an app lowers syntax, and adds no function. The rule
 * `browsers/floor` of ESLint finds what belongs here.
 */

/** Aborts with a reason for `reasonOf`: before Chrome 98 a signal has none. */
export function abortWith(controller: AbortController, reason: Error): void {
  const { signal } = controller;
  if (!('reason' in signal)) Object.assign(signal, { reason });
  controller.abort(reason);
}

/** Returns why `signal` was aborted: an `AbortError` if the browser keeps no reason. */
export const reasonOf = (signal: AbortSignal): Error =>
  // eslint-disable-next-line browsers/floor -- may be undefined
  (signal.reason as Error | undefined) ?? new DOMException('Aborted.', 'AbortError');

/** @throws the reason of an aborted `signal` */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/** Calls `act` with a signal that aborts if the promise has not settled after `ms`. */
export function within<T>(ms: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ms);
  return act(patience.signal).finally(() => clearTimeout(timer));
}

/** Returns an object of these entries, for names that are known: `__proto__` would be left out. */
export function fromEntries<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const object: Record<string, T> = {};
  for (const [name, value] of entries) object[name] = value;
  return object;
}

/** Yields the matches of a global pattern that matches no empty text. */
export function* matchesOf(text: string, pattern: RegExp): Iterable<RegExpExecArray> {
  // of its own, since a pattern keeps the place of its last match
  const search = new RegExp(pattern);
  for (let match = search.exec(text); match; match = search.exec(text)) yield match;
}
