import { azion } from 'secure-token-server';

/**
 * The token formats that the endpoint and the edge of the demo make from one secret.
 * @typedef {object} DemoFormats
 * @property {import('secure-token-server').VerifyingTokenFormat} url a token for each URL
 * @property {import('secure-token-server').VerifyingTokenFormat} folder one for the folder of a film or channel, and a verdict on
 *   both kinds
 */

/**
 * @param {string} secret
 * @param {string} [base] of the edge's paths; begins with `/`, ends without
 * @returns {DemoFormats}
 */
export function demoFormats(secret, base = '') {
  const depthOfBase = base.split('/').length - 1;
  /** `/live/` is a channel, `/film/ts/` a film, `/by-hand/film/ts/` the same for another player. */
  const formatOf = (/** @type {URL} */ { pathname }) => {
    const [, byHand, channel] = /^\/(by-hand\/)?(live\/|low-latency\/)?/.exec(pathname.slice(base.length)) ?? [];
    return azion({ secret, depth: depthOfBase + (byHand ? 1 : 0) + (channel ? 1 : 2) });
  };
  const films = azion({ secret, depth: depthOfBase + 2 });
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
