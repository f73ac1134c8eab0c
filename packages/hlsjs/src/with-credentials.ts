import type { HlsConfig, LoaderContext } from 'hls.js';

/** Returns a `config` whose XHR and fetch loaders send cookies; the app's own set-ups still run. */
export const withCredentials = (config: HlsConfig): HlsConfig => ({
  ...config,
  xhrSetup(xhr, ...rest) {
    xhr.withCredentials = true;
    return config.xhrSetup?.call(this, xhr, ...rest);
  },
  fetchSetup(context: LoaderContext, init: RequestInit) {
    init.credentials = 'include';
    return config.fetchSetup?.(context, init) ?? new Request(context.url, init);
  },
});
