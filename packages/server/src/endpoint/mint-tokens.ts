import type { Token } from 'secure-token-core';
import { optionsError, refusesUrl } from '../errors/options-error.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { opensOnly, withScope } from '../token/token-scope.ts';
import type { ScopeTest } from '../token/token-scope.ts';
import { NameTree } from '../url/name-tree.ts';
import type { OpenableUrl } from './asked-url.ts';

interface MintOptions {
  /** Unix seconds. */
  readonly expires: number;
  /** Id for the tokens of formats that carry one. */
  readonly session?: string | undefined;
  /** Whether the viewer may open a scope. */
  readonly mayOpen: ScopeTest;
  readonly onError: (error: unknown) => void;
}

/**
 * The tokens of one answer: one a URL, or one a distinct prefix, since a URL that a prefix token made before already
 * opens costs no signing. Whatever the format has made is judged once more: a token that opens more than its scope, or
 * more than `mayOpen` lets it, is not handed out, and `onError` hears of it.
 */
export class TokenMint {
  readonly tokens: Token[] = [];
  /** `Set-Cookie` values that go with the tokens. */
  readonly cookies: string[] = [];
  readonly #format: TokenFormat;
  readonly #options: MintOptions;
  readonly #folders = new MintedFolders();

  constructor(format: TokenFormat, options: MintOptions) {
    this.#format = format;
    this.#options = options;
  }

  /**
   * Makes tokens for more URLs.
   *
   * @returns the URLs that have one now: neither those that the format refuses to sign, nor those whose token opens
   *   more than may be opened
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
      // A format that makes nothing else is a mistake of the options: a 503, and no denial.
      if (this.tokens.length === 0) throw error;
      this.#options.onError(error);
    }
    return wanted.filter((_, i) => signed[i]);
  }

  async #mintOne({ href, scope, target }: OpenableUrl, links: string[]): Promise<boolean> {
    const format = this.#format;
    const { expires, session, mayOpen, onError } = this.#options;
    // Whose token would open itself alone needs that one: the token of its folder may not open it.
    if (scope.opensFolder && this.#folders.open(target())) return true;
    try {
      const { setCookie = [], ...token } = withScope(await format.sign(target(), expires, session), href);
      if (token.base && !token.prefix) {
        // A format of folders makes one for a URL that has too few of them, and for no other.
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
      if (token.prefix !== undefined) this.#folders.add(new URL(token.prefix));
      return true;
    } catch (error) {
      if (!refusesUrl(error)) throw error;
      return false;
    }
  }
}

/** The folders that the tokens of one answer open, as they are written. */
class MintedFolders {
  readonly #tree = new NameTree({ isOpened: false });

  add({ href }: URL): void {
    // A player takes what is no folder as text: such a token costs one more, and no wrong one.
    if (href.endsWith('/')) this.#tree.add(href.slice(0, -1).split('/'), () => ({ isOpened: false })).isOpened = true;
  }

  /** By its spelling: of the two of a folder that is signed as it stands, one token opens one. */
  open({ href }: URL): boolean {
    let at: NameTree<{ isOpened: boolean }> | undefined = this.#tree;
    for (const name of href.split('/')) {
      at = at.below(name);
      if (!at || at.said.isOpened) break;
    }
    return at?.said.isOpened === true;
  }
}
