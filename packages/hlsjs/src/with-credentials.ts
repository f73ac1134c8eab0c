import type { HlsConfig } from 'hls.js';

/** `config` whose XHR and fetch loaders send cookies; the app's own set-ups still run. */
export function withCredentials(config: HlsConfig): HlsConfig {
  const { xhrSetup, fetchSetup } = config;
  return Object.create(config, {
    xhrSetup: {
      value: function (this: unknown, xhr: XMLHttpRequest, ...rest: [string, never]) {
        xhr.withCredentials = true;
        return xhrSetup?.call(this as never, xhr, ...rest);
      },
    },
    fetchSetup: {
      value: (context: never, init: RequestInit & { credentials: string }) => {
        const all = { ...init, credentials: 'include' as const };
        return fetchSetup ? fetchSetup(context, all) : new Request((context as { url: string }).url, all);
      },
    },
  }) as HlsConfig;
}
