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
  readonly #folders = new MintedFolders();

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

  async #mintOne({ href, scope, target }: OpenableUrl, links: string[]): Promise<boolean> {
    const format = this.#format;
    const { expires, session, mayOpen, onError } = this.#options;
    // A URL whose token would open only this URL needs that token: the token of its folder may not open it.
    if (scope.opensFolder && this.#folders.open(target())) return true;
    try {
      const { setCookie = [], ...token } = withScope(await format.sign(target(), expires, session), href);
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
      if (token.prefix !== undefined) this.#folders.add(new URL(token.prefix));
      return true;
    } catch (error) {
      if (!refusesUrl(error)) throw error;
      return false;
    }
  }
}

/** The folders that the tokens of one response open, in the spelling of the tokens. */
class MintedFolders {
  readonly #tree = new NameTree({ isOpened: false });

  add({ href }: URL): void {
    // A player reads a prefix that is not a folder as text. Ignoring it costs one more token, and never gives a wrong
    // one.
    if (href.endsWith('/')) this.#tree.add(href.slice(0, -1).split('/'), () => ({ isOpened: false })).isOpened = true;
  }

  /**
   * Whether a folder contains a URL. Compares spellings: if a format signs a folder as it is written, a token for one
   * spelling does not open the other.
   */
  open({ href }: URL): boolean {
    let at: NameTree<{ isOpened: boolean }> | undefined = this.#tree;
    for (const name of href.split('/')) {
      at = at.below(name);
      if (!at || at.said.isOpened) break;
    }
    return at?.said.isOpened === true;
  }
}
