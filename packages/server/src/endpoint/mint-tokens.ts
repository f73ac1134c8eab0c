import type { Token } from 'secure-token-core';
import { optionsError, refusesUrl } from '../errors/options-error.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { opensOnly, withScope } from '../token/token-scope.ts';
import type { ScopeTest } from '../token/token-scope.ts';
import { NameTree } from '../url/name-tree.ts';
import type { OpenableUrl } from './asked-url.ts';

export interface MintedTokens {
  readonly tokens: readonly Token[];
  /** `Set-Cookie` values that go with the tokens. */
  readonly cookies: readonly string[];
  /** The URLs that the format refuses to sign, and those whose token opens more than may be opened. */
  readonly refused: ReadonlySet<string>;
}

interface MintOptions {
  /** Unix seconds. */
  readonly expires: number;
  readonly session: string | undefined;
  readonly mayOpen: ScopeTest;
  readonly onError: (error: unknown) => void;
}

/**
 * One token a URL, or one a distinct prefix: a URL that a prefix token made before already opens costs no signing.
 * Whatever the format has made is judged once more: a token that opens more than its scope, or more than `mayOpen` lets
 * it, is not handed out, and `onError` hears of it.
 */
export async function mintTokens(
  format: TokenFormat,
  wanted: readonly OpenableUrl[],
  { expires, session, mayOpen, onError }: MintOptions,
): Promise<MintedTokens> {
  const tokens: Token[] = [];
  const cookies: string[] = [];
  const refused = new Set<string>();
  const links: string[] = [];
  const minted = new MintedFolders();
  const mint = async ({ href, scope, target }: OpenableUrl): Promise<void> => {
    // Whose token would open itself alone needs that one: the token of its folder may not open it.
    if (scope.opensFolder && minted.open(target())) return;
    try {
      const { setCookie = [], ...token } = withScope(await format.sign(target(), expires, session), href);
      if (token.base && !token.prefix) {
        refused.add(href);
        // A format of folders makes one for a URL that has too few of them, and for no other.
        if (format.scope === 'url') links.push(href);
        return;
      }
      if (!opensOnly(token, format, { limit: scope, mayOpen })) {
        onError(
          optionsError(
            'format',
            `"${format.name}" made a token that opens more than \`allow\` and \`authorize\` grant. It was not sent. ` +
              `Check its \`opens\`.`,
          ),
        );
        refused.add(href);
        return;
      }
      tokens.push(token);
      cookies.push(...[setCookie].flat());
      if (token.prefix !== undefined) minted.add(new URL(token.prefix));
    } catch (error) {
      if (!refusesUrl(error)) throw error;
      refused.add(href);
    }
  };
  if (format.scope === 'url') await Promise.all(wanted.map(mint));
  else for (const each of wanted) await mint(each);
  if (links.length > 0) {
    const error = new Error(
      'A token in the path of one file is for links, not for players. Use signUrl(), or another format.',
    );
    // A format that makes nothing else is a mistake of the options: a 503, and no denial.
    if (tokens.length === 0) throw error;
    onError(error);
  }
  return { tokens, cookies, refused };
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
