import type { PlaylistExpander } from '../playlist/playlist-expander.ts';
import { attachToken } from '../token/attach-token.ts';
import type { TokenFormat } from '../token/token-format.ts';
import type { ScopeTest } from '../token/token-scope.ts';
import type { AllowList } from '../url/allow-list.ts';
import { JudgedScope } from '../url/judged-scope.ts';
import { OpenedUrls } from '../url/opened-urls.ts';
import { listedUrls, openableUrls } from './asked-url.ts';
import type { OpenableUrl } from './asked-url.ts';
import { mintTokens } from './mint-tokens.ts';
import type { MintedTokens } from './mint-tokens.ts';

interface GrantOptions {
  readonly format: TokenFormat;
  /** Unix seconds. */
  readonly expires: number;
  /** Id for the tokens of formats that carry one. */
  readonly session?: string | undefined;
  /** Within which the children of a playlist have to lie. */
  readonly allows: AllowList;
  /** Whether the viewer may open a scope. */
  readonly mayOpen: ScopeTest;
  readonly expander: PlaylistExpander | undefined;
  readonly onError: (error: unknown) => void;
}

/**
 * The tokens for URLs that have been granted, and with an expander those for what a player asks for next: the one way
 * in which the signing endpoint and `tokensFor` come to tokens.
 */
export async function grantedTokens(granted: readonly OpenableUrl[], options: GrantOptions): Promise<MintedTokens> {
  const { format, expires, session, allows, mayOpen, expander, onError } = options;
  const hrefs = new Set(hrefsOf(granted));
  // A token of a folder opens the children anyway. A format of folders makes one of a path where there are too few.
  const toExpand = granted.filter(({ scope }) => format.scope === 'url' || scope.kind !== 'folder');
  const found =
    toExpand.length > 0
      ? await expander?.(hrefsOf(toExpand), {
          allows: (url) => allows.holds(url) && mayOpen(JudgedScope.exactly(url)),
          sign: async (url) => attachToken(url, await format.sign(new URL(url), expires)),
        })
      : [];
  const children = listedUrls(found ?? [], allows).filter(({ href }) => !hrefs.has(href));
  const openableChildren = await openableUrls(children, { allows, format, expires });
  // A child may open itself. A folder that nobody was asked about is left for the player to ask for.
  let shown: OpenedUrls | undefined;
  const wasAskedFor: ScopeTest = (scope) =>
    (shown ??= new OpenedUrls(new Set(granted.map((each) => each.scope)))).holds(scope);
  const mayFollow: ScopeTest = (scope) => mayOpen(scope) && (!scope.opensFolder || wasAskedFor(scope));
  const wanted = [...granted, ...openableChildren.filter(({ scope }) => mayFollow(scope))];
  return mintTokens(format, wanted, { expires, session, mayOpen, onError });
}

function hrefsOf(urls: readonly OpenableUrl[]): string[] {
  return urls.map(({ href }) => href);
}
