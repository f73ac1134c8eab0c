import type { HlsConfig, LoaderContext } from 'hls.js';
import { isElsewhere } from 'secure-token-core/adapter';
import { openedBy } from './opened-by.ts';

/** A request as an inner loader sends it. */
export interface Outgoing {
  /** The context of the inner loader, with the signed URL. XhrLoader reads its headers after the app's `xhrSetup`. */
  readonly context: LoaderContext;
  /** The headers that the request has without a token. */
  readonly headers: Record<string, string> | undefined;
  /** The names of the headers that the token adds. */
  readonly tokenHeaders: readonly string[];
}

/**
 * Returns a `config` whose set-ups may send a request to another server, for example for a failover: that server does
 * not get the headers of the token. The set-ups themselves decide what becomes of the signed URL.
 */
export function withHeadersKept(config: HlsConfig, outgoingNow: () => Outgoing): HlsConfig {
  const { xhrSetup, fetchSetup } = config;
  if (!xhrSetup && !fetchSetup) return config;

  const stripIfElsewhere = (request: Request, signed: string, { headers, tokenHeaders }: Outgoing): Request => {
    if (!isElsewhere(request.url, signed)) return request;
    for (const name of tokenHeaders) {
      const own = headers?.[name];
      if (own === undefined) request.headers.delete(name);
      else request.headers.set(name, own);
    }
    return request;
  };
  return {
    ...config,
    ...(xhrSetup && {
      async xhrSetup(this: unknown, ...args: Parameters<typeof xhrSetup>) {
        const [xhr, url] = args;
        const { context, headers } = outgoingNow();
        const [, opened = url] = await openedBy(xhr, () => xhrSetup.apply(this, args));
        if (isElsewhere(opened, url)) context.headers = { ...headers };
      },
    }),
    ...(fetchSetup && {
      fetchSetup(context: LoaderContext, init: unknown) {
        const outgoing = outgoingNow();
        // read before the app can change it
        const { url: signed } = outgoing.context;
        const request = fetchSetup(context, init);
        // hls.js 1.5 does not accept a promise
        return 'then' in request
          ? request.then((made) => stripIfElsewhere(made, signed, outgoing))
          : stripIfElsewhere(request, signed, outgoing);
      },
    }),
  };
}
