import type { HlsConfig, RetryConfig } from 'hls.js';
import { addToken, askToken } from './ask-token.ts';

/**
 * A token that opens the folder, fetched once; where the edge refuses it, another one is fetched while hls.js waits to
 * try again, as `shouldRetry` tells it to.
 */
export async function recipe(endpoint: string, src: string): Promise<Partial<HlsConfig>> {
  let token = await askToken(endpoint, src);
  const shouldRetry: RetryConfig['shouldRetry'] = (config, count, _, response, retry) => {
    if (response?.code !== 403 && response?.code !== 410) return retry;
    void askToken(endpoint, src).then((next) => {
      token = next;
    });
    return count < config!.maxNumRetry;
  };
  const policies = Object.entries(window.Hls.DefaultConfig).filter(([name]) => name.endsWith('LoadPolicy'));
  const retrying = policies.map(([name, policy]) => {
    const { default: settings } = policy as HlsConfig['fragLoadPolicy'];
    return [name, { default: { ...settings, errorRetry: { ...settings.errorRetry, shouldRetry } } }];
  });
  return {
    ...Object.fromEntries(retrying),
    xhrSetup: (xhr, url) => xhr.open('GET', addToken(url, token), true),
  };
}
