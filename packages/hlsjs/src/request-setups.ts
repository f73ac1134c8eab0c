import type { HlsConfig, LoaderContext } from 'hls.js';
import type { SignedRequest } from 'secure-token-core';
import { isElsewhere } from 'secure-token-core/adapter';

/** Calls `setUp`. Returns its result, and the URL for which it has opened `xhr`; `undefined` if it has not. */
export async function openedBy<T>(xhr: XMLHttpRequest, setUp: () => T): Promise<[Awaited<T>, string | undefined]> {
  let opened: string | undefined;
  const { open } = xhr as { open: (...args: unknown[]) => void };
  const watching = (...args: unknown[]): void => {
    opened = String(args[1]);
    open.apply(xhr, args);
  };
  Object.assign(xhr, { open: watching });
  return [await setUp(), opened];
}

/**
 * Returns a configuration with which an inner loader sends cookies if the token of `request` is one, and with which a
 * server that a set-up of the app sends the request to does not get the headers of the token.
 * @param context of the inner loader, which reads the headers after the set-up; @param own its headers without the token
 */
export function withSetups(
  config: HlsConfig,
  { headers, credentials, url: signed }: SignedRequest,
  context: LoaderContext,
  own: LoaderContext['headers'],
): HlsConfig {
  const withoutHeaders = (request: Request): Request => {
    if (!isElsewhere(request.url, signed)) return request;
    for (const name of Object.keys(headers)) request.headers.delete(name);
    for (const [name, value] of Object.entries(own ?? {})) request.headers.set(name, value);
    return request;
  };
  return {
    ...config,
    async xhrSetup(xhr, url, ...rest) {
      if (credentials) xhr.withCredentials = true;
      const [, opened = url] = await openedBy(xhr, () => config.xhrSetup?.call(this, xhr, url, ...rest));
      if (isElsewhere(opened, signed)) context.headers = { ...own };
    },
    fetchSetup(inner: LoaderContext, init: RequestInit) {
      if (credentials) init.credentials = 'include';
      const request = config.fetchSetup?.(inner, init) ?? new Request(inner.url, init);
      // hls.js 1.5 does not accept a promise
      return 'then' in request ? request.then(withoutHeaders) : withoutHeaders(request);
    },
  };
}
