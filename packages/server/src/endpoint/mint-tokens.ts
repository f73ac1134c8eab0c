import type { Token } from 'secure-token-core';
import { optionsError, refusesUrl } from '../errors/options-error.ts';
import type { PlaylistExpander } from '../playlist/playlist-expander.ts';
import { attachToken } from '../token/attach-token.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { opensOnly, scopeToOpen, withScope } from '../token/token-scope.ts';
import type { ScopeTest } from '../token/token-scope.ts';
import { judgeUrl } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { JudgedScope } from '../url/scope.ts';

/** A URL that a call requests and that lies below `allow`. */
interface ListedUrl {
  /** The URL as it was requested: a player looks for its token under this text. */
  readonly href: string;
  readonly url: JudgedUrl;
}

/** A URL with the scope that its token would open, all of which lies below `allow`. */
export interface OpenableUrl extends ListedUrl {
  readonly scope: JudgedScope;
}

interface OpeningOptions {
  readonly format: TokenFormat;
  /** Unix seconds. */
  readonly expires: number;
  /** Tells whether a scope lies below `allow`. */
  readonly allows: ScopeTest;
}

/** Keeps the URLs that have one reading, and that lie below `allow`. */
export function listedUrls(hrefs: readonly string[], allows: ScopeTest): ListedUrl[] {
  return hrefs.flatMap((href) => {
    const url = judgeUrl(href);
    return url && allows(JudgedScope.exactly(url)) ? [{ href, url }] : [];
  });
}

/** Keeps the URLs whose token would open only allowed URLs. */
export async function openableUrls(
  listed: readonly ListedUrl[],
  { format, expires, allows }: OpeningOptions,
): Promise<OpenableUrl[]> {
  const scopes = await Promise.all(listed.map(({ href }) => scopeToOpen(format, new URL(href), expires)));
  return listed.flatMap((each, i) => {
    const scope = scopes[i];
    return scope && allows(scope) ? [{ ...each, scope }] : [];
  });
}

interface ChildrenOptions extends OpeningOptions {
  /** Tells whether the viewer may open a scope. */
  readonly mayOpen: ScopeTest;
  readonly expander: PlaylistExpander | undefined;
}

/** Returns the URLs that a player requests next, read with the expander from the playlists among the granted URLs. */
export async function openableChildren(
  granted: readonly OpenableUrl[],
  { format, expires, allows, mayOpen, expander }: ChildrenOptions,
): Promise<OpenableUrl[]> {
  // A token of a folder opens the children anyway. A format of folders makes a token of a path if there are too few
  // folders.
  const toExpand = granted.filter(({ scope }) => format.scope === 'url' || scope.kind !== 'folder');
  if (!expander || toExpand.length === 0) return [];
  const found = await expander(
    toExpand.map(({ href }) => href),
    {
      allows: (url) => allows(JudgedScope.exactly(url)) && mayOpen(JudgedScope.exactly(url)),
      sign: async (url) => attachToken(url, await format.sign(new URL(url), expires)),
    },
  );
  const hrefs = new Set(granted.map(({ href }) => href));
  const children = listedUrls(found, allows).filter(({ href }) => !hrefs.has(href));
  const openable = await openableUrls(children, { format, expires, allows });
  // A child may open itself. If its token opens a folder that `authorize` has not seen, the player has to request the
  // child.
  const shown = [...new Set(granted.map(({ scope }) => scope))];
  const wasShown: ScopeTest = (scope) => !scope.opensFolder || shown.some((each) => each.holds(scope));
  return openable.filter(({ scope }) => mayOpen(scope) && wasShown(scope));
}

interface MintOptions {
  /** Unix seconds. */
  readonly expires: number;
  /** Id of the session, for the tokens of formats that carry one. */
  readonly session?: string | undefined;
  /** Tells whether the viewer may open a scope. */
  readonly mayOpen: ScopeTest;
  readonly onError: (error: unknown) => void;
}

/**
 * The tokens of one response: one for each URL, or one for each distinct prefix, because a URL needs no signing if an
 * earlier token of a prefix opens it. Each token is judged once more: a token that opens more than its scope, or more
 * than `mayOpen` allows, is not handed out, and `onError` is called.
 */
export class TokenMint {
  readonly tokens: Token[] = [];
  /** `Set-Cookie` values that go with the tokens. */
  readonly cookies: string[] = [];
  readonly #format: TokenFormat;
  readonly #options: MintOptions;
  /** The folders that the tokens open, in the spelling of the tokens: a token for one may not open another spelling. */
  readonly #folders: string[] = [];

  constructor(format: TokenFormat, options: MintOptions) {
    this.#format = format;
    this.#options = options;
  }

  /**
   * Makes tokens for more URLs.
   *
   * @returns the URLs that have a token now, without those that the format refuses to sign, and without those whose
   *   token opens more than may be opened
   */
  async mint(wanted: readonly OpenableUrl[]): Promise<OpenableUrl[]> {
    const links: string[] = [];
    const mint = async (each: OpenableUrl): Promise<boolean> => this.#mintOne(each, links);
    const signed: boolean[] = [];
    if (this.#format.scope === 'url') signed.push(...(await Promise.all(wanted.map(mint))));
    else for (const each of wanted) signed.push(await mint(each));
    if (links.length > 0) {
      const error = new Error(
        'A token in the path of one file is for links, not for players. Use signUrl(), or another format.',
      );
      // If a format makes only such tokens, the options are wrong: the endpoint answers 503, and denies nothing.
      if (this.tokens.length === 0) throw error;
      this.#options.onError(error);
    }
    return wanted.filter((_, i) => signed[i]);
  }

  async #mintOne({ href, scope }: OpenableUrl, links: string[]): Promise<boolean> {
    const format = this.#format;
    const { expires, session, mayOpen, onError } = this.#options;
    const url = new URL(href);
    // A URL whose token would open only this URL needs that token: the token of its folder may not open it.
    if (scope.opensFolder && this.#folders.some((folder) => url.href.startsWith(folder))) return true;
    try {
      const { setCookie = [], ...token } = withScope(await format.sign(url, expires, session), href);
      if (token.base && !token.prefix) {
        // A format of folders makes such a token only for a URL that has too few folders.
        if (format.scope === 'url') links.push(href);
        return false;
      }
      if (!opensOnly(token, format, { limit: scope, mayOpen })) {
        onError(
          optionsError(
            'format',
            `"${format.name}" made a token that opens more than \`allow\` and \`authorize\` grant. It was not sent. ` +
              `Check its \`opens\`.`,
          ),
        );
        return false;
      }
      this.tokens.push(token);
      this.cookies.push(...[setCookie].flat());
      // A player reads a prefix that is not a folder as text. Ignoring it costs one more token, and never gives a wrong
      // one.
      if (token.prefix?.endsWith('/') === true) this.#folders.push(new URL(token.prefix).href);
      return true;
    } catch (error) {
      if (!refusesUrl(error)) throw error;
      return false;
    }
  }
}
