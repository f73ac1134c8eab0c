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

/** A URL that may be signed. */
export interface OpenableUrl {
  /** The URL as it was requested: a player looks for its token under this text. */
  readonly href: string;
  readonly url: JudgedUrl;
  /** What its token would open. */
  readonly scope: JudgedScope;
}

interface OpeningOptions {
  readonly format: TokenFormat;
  /** Unix seconds. */
  readonly expires: number;
  /** Tells whether the viewer may open a scope. */
  readonly mayOpen: ScopeTest;
}

/** Keeps the URLs that have one reading, that may be opened, and whose token would open nothing else. */
export async function openableUrls(
  hrefs: readonly string[],
  { format, expires, mayOpen }: OpeningOptions,
): Promise<OpenableUrl[]> {
  const found = hrefs.map(async (href): Promise<OpenableUrl[]> => {
    const url = judgeUrl(href);
    if (!url || !mayOpen(JudgedScope.exactly(url))) return [];
    const scope = await scopeToOpen(format, new URL(href), expires);
    return scope && mayOpen(scope) ? [{ href, url, scope }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Returns the URLs that a player requests next, read with the expander from the playlists among the granted URLs. */
export async function openableChildren(
  granted: readonly OpenableUrl[],
  expander: PlaylistExpander,
  { format, expires, mayOpen }: OpeningOptions,
): Promise<OpenableUrl[]> {
  // A token of a folder opens the children anyway. A format of folders makes a token of a path if there are too few
  // folders.
  const toExpand = granted.filter(({ scope }) => format.scope === 'url' || scope.kind !== 'folder');
  if (toExpand.length === 0) return [];
  const found = await expander(
    toExpand.map(({ href }) => href),
    {
      allows: (url) => mayOpen(JudgedScope.exactly(url)),
      sign: async (url) => attachToken(url, await format.sign(new URL(url), expires)),
    },
  );
  const hrefs = new Set(granted.map(({ href }) => href));
  const others = found.filter((href) => !hrefs.has(href));
  const children = await openableUrls(others, { format, expires, mayOpen });
  // A child may open itself. If its token opens a folder that `authorize` has not seen, the player has to request the
  // child.
  const shown = [...new Set(granted.map(({ scope }) => scope))];
  return children.filter(({ scope }) => !scope.opensFolder || shown.some((each) => each.holds(scope)));
}

interface MintOptions extends OpeningOptions {
  /** Id of the session, for the tokens of formats that carry one. */
  readonly session?: string | undefined;
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
  readonly #options: MintOptions;
  /** The folders that the tokens open, in the spelling of the tokens: a token for one may not open another spelling. */
  readonly #folders: string[] = [];

  constructor(options: MintOptions) {
    this.#options = options;
  }

  /**
   * Makes tokens for more URLs.
   *
   * @returns the URLs that have a token now, without those that the format refuses to sign, and without those whose
   *   token opens more than may be opened
   * @throws every other error of the format; an `Error` for a format whose tokens stand in the path of one file
   */
  async mint(wanted: readonly OpenableUrl[]): Promise<OpenableUrl[]> {
    const signed: boolean[] = [];
    if (this.#options.format.scope === 'url') {
      signed.push(...(await Promise.all(wanted.map(async (each) => this.#mintOne(each)))));
    } else {
      for (const each of wanted) signed.push(await this.#mintOne(each));
    }
    return wanted.filter((_, i) => signed[i]);
  }

  async #mintOne({ href, scope }: OpenableUrl): Promise<boolean> {
    const { format, expires, session, mayOpen, onError } = this.#options;
    const url = new URL(href);
    // A URL whose token would open only this URL needs that token: the token of its folder may not open it.
    if (scope.opensFolder && this.#folders.some((folder) => url.href.startsWith(folder))) return true;
    let made;
    try {
      made = await format.sign(url, expires, session);
    } catch (error) {
      if (!refusesUrl(error)) throw error;
      return false;
    }
    const { setCookie = [], ...token } = withScope(made, href);
    if (token.base && !token.prefix) {
      // A format of folders makes such a token only for a URL that has too few folders.
      if (format.scope === 'prefix') return false;
      throw new Error(
        'A token in the path of one file is for links, not for players. Use signUrl(), or another format.',
      );
    }
    if (!opensOnly(token, format, { limit: scope, mayOpen })) {
      onError(
        optionsError(
          'format',
          `"${format.name}" made a token that opens more than \`allow\` and \`authorize\` grant. It was not sent. ` +
            'Check its `opens`.',
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
  }
}
