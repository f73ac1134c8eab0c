import type { Token } from 'secure-token-core';
import { checkedClock } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import { given, readOptions } from '../errors/options.ts';
import { playlistExpander } from '../playlist/playlist-expander.ts';
import type { ExpandOptions } from '../playlist/playlist-expander.ts';
import { formatReader } from '../token/format-reader.ts';
import { withoutPathToken, writtenUrl } from '../token/sign-url.ts';
import type { TokenFormat } from '../token/token-format.ts';
import type { ScopeTest } from '../token/token-scope.ts';
import { judgeUrl, urlProblem } from '../url/judged-url.ts';
import { allowList } from '../url/prefixes.ts';
import { TokenMint, openableChildren, openableUrls } from './mint-tokens.ts';
import { checkTtl, lifetimeFor } from './signing-endpoint-options.ts';
import { isWebUrl } from './signing-request.ts';

export interface TokensForOptions {
  format: TokenFormat | (() => TokenFormat | Promise<TokenFormat>);
  /** Lifetime of a token in seconds, from this call on. */
  ttl: number;
  /**
   * Whether to return tokens for the children of playlists too, as the signing endpoint does. Reading the playlists
   * takes time: at most two seconds, unless `timeout` sets another limit.
   * @default false
   */
  expand?: boolean | ExpandOptions;
  /**
   * Absolute URL prefixes, as for the signing endpoint: `urls`, what their tokens open and all children have to lie
   * below them.
   * @default any URL; children in the folders of `urls`
   */
  allow?: string | readonly string[];
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
}

/**
 * Returns the tokens that the signing endpoint would hand out for `urls`, to render them into a page. Give them to the
 * player as `tokens`, and it starts without a call. Every viewer of the page may watch: check the entitlement before.
 *
 * @returns one token for each URL, or one for each folder
 * @throws `ERR_OPTIONS` for options that cannot work, for a URL that is not signed, for a text that clients would not
 *   request as it is written (see `signUrl`), and for a format whose tokens travel in cookies, which no page can set;
 *   every error of the format
 */
export async function tokensFor(urls: readonly string[], options: TokensForOptions): Promise<Token[]> {
  const read = readOptions(options, {
    format: formatReader,
    ttl: given,
    expand: given,
    // Without `allow`, the app itself names the URLs.
    allow: (allow): ScopeTest | undefined => (allow === undefined ? undefined : allowList(allow)),
    clock: checkedClock,
  });
  const { ttl, clock, allow: mayOpen = () => true } = read;
  const format = await read.format();
  checkTtl(ttl, format.maxTtl);
  if (!Array.isArray(urls)) throw optionsError('urls', 'Give a list of absolute URLs.', urls);
  if (urls.length === 0) return [];
  const expires = Math.floor(clock() / 1000) + lifetimeFor('initial', ttl, format.maxTtl);
  const hrefs = urls.map((url: string) => hrefToSign(url, format));
  const onError = (error: unknown): never => {
    throw error;
  };
  const mint = new TokenMint({ format, expires, mayOpen, onError });
  const asked = await openableUrls([...new Set(hrefs)], { format, expires, mayOpen });
  const signed = new Set((await mint.mint(asked)).map(({ href }) => href));
  if (mint.cookies.length > 0) {
    throw optionsError(
      'format',
      'Its tokens travel in cookies, which only the signing endpoint can set. Give another format.',
    );
  }
  // A page would not show that a token is missing. The error does not quote the URL: it may contain a token that the
  // format does not know.
  const unsigned = hrefs.findIndex((href) => !signed.has(href));
  if (unsigned >= 0) {
    const url = new URL(hrefs[unsigned]!);
    const problem = judgeUrl(url)
      ? 'it or what its token opens is not below `allow`, or the format refuses it. Add its prefix to `allow`, or ' +
        'give another URL.'
      : urlProblem(url);
    throw optionsError('urls', `The URL at index ${unsigned} is not signed: ${problem}`);
  }
  const expander = playlistExpander(read.expand, clock);
  if (expander) {
    const below = read.allow ?? allowList(hrefs.map((href) => new URL('.', href).href));
    await mint.mint(await openableChildren(asked, expander, { format, expires, mayOpen: below }));
  }
  return mint.tokens;
}

/** Returns the URL as it was given, or without a token in its path, which the new token replaces. */
function hrefToSign(url: string, format: TokenFormat): string {
  if (!isWebUrl(url)) throw optionsError('urls', 'One of them is not an absolute http or https URL. Give such URLs.');
  // The app that renders the page has checked the entitlement for this text.
  const asked = writtenUrl(url, 'urls');
  const target = withoutPathToken(asked, format);
  return target === asked ? url : target.href;
}

/**
 * Serialises a value as JSON for the text of a `<script>` element. The result contains nothing that ends the element,
 * begins a comment, or ends a line of JavaScript (U+2028, U+2029). `JSON.parse` reads it without decoding.
 */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
