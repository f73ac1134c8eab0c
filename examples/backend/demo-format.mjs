import { azion } from 'secure-token-server';

/**
 * The token formats that the endpoint and the edge of the demo make from one secret.
 * @typedef {object} DemoFormats
 * @property {import('secure-token-server').VerifyingTokenFormat} url a token for each URL
 * @property {import('secure-token-server').VerifyingTokenFormat} folder one for the folder of a film or channel, and a verdict on
 *   both kinds
 */

/** @type {(secret: string) => DemoFormats} */
export function demoFormats(secret) {
  const channels = azion({ secret, depth: 1 });
  const films = azion({ secret, depth: 2 });
  /** `/live/` is a channel, `/film/ts/` a film. @type {(url: URL) => typeof films} */
  const formatOf = ({ pathname }) => (/^\/(?:live|low-latency)\//.test(pathname) ? channels : films);
  return {
    url: azion({ secret }),
    folder: {
      ...films,
      opens: (url) => /** @type {NonNullable<typeof films.opens>} */ (formatOf(url).opens)(url),
      sign: (url, expires) => formatOf(url).sign(url, expires),
      verify: (request, now) => formatOf(new URL(request.url)).verify(request, now),
    },
  };
}
