import type { SignedRequest } from 'secure-token-core';
import { credentialsMode } from 'secure-token-core/adapter';

/** A connection that delivers nothing for this long is closed. */
const silenceTimeoutMs = 15_000;

/**
 * One request and its response, read in pieces. Network failures are not thrown: `response`, or the result of `read`,
 * is then `undefined`.
 */
export interface Connection {
  readonly response: Response | undefined;
  /** Resolves to the next piece, or to the proper end of the body. */
  readonly read: () => Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>> | undefined>;
  readonly close: () => void;
}

export async function connect(
  request: SignedRequest,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  const closing = new AbortController();
  const close = (): void => {
    closing.abort();
    signal?.removeEventListener('abort', close);
  };
  if (signal?.aborted) close();
  signal?.addEventListener('abort', close);

  const unlessSilent = async <T>(work: Promise<T>): Promise<T | undefined> => {
    const timer = setTimeout(close, silenceTimeoutMs);
    try {
      return await work;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };
  const response = await unlessSilent(
    fetch(request.url, {
      headers: { ...request.headers, ...headers },
      credentials: credentialsMode(request),
      cache: 'no-store',
      signal: closing.signal,
    }),
  );
  const reader = response?.body?.getReader();
  return { response, close, read: async () => reader && unlessSilent(reader.read()) };
}
