import type { PlaylistExpander } from '../playlist/playlist-expander.ts';
import { attachToken } from '../token/attach-token.ts';
import type { TokenFormat } from '../token/token-format.ts';
import type { ScopeTest } from '../token/token-scope.ts';
import type { AllowList } from '../url/allow-list.ts';
import { JudgedScope } from '../url/judged-scope.ts';
import { OpenedUrls } from '../url/opened-urls.ts';
import { listedUrls, openableUrls } from './asked-url.ts';
import type { OpenableUrl } from './asked-url.ts';

interface ChildrenOptions {
  readonly format: TokenFormat;
  /** Unix seconds. */
  readonly expires: number;
  /** The prefixes within which the children of a playlist have to lie. */
  readonly allows: AllowList;
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
  const found = await expander(hrefsOf(toExpand), {
    allows: (url) => allows.holds(url) && mayOpen(JudgedScope.exactly(url)),
    sign: async (url) => attachToken(url, await format.sign(new URL(url), expires)),
  });
  const hrefs = new Set(hrefsOf(granted));
  const children = listedUrls(found, allows).filter(({ href }) => !hrefs.has(href));
  const openable = await openableUrls(children, { allows, format, expires });
  // A child may open itself. If its token opens a folder that `authorize` has not seen, the player has to request the
  // child.
  let shown: OpenedUrls | undefined;
  const wasAskedFor: ScopeTest = (scope) =>
    (shown ??= new OpenedUrls(new Set(granted.map((each) => each.scope)))).holds(scope);
  return openable.filter(({ scope }) => mayOpen(scope) && (!scope.opensFolder || wasAskedFor(scope)));
}

function hrefsOf(urls: readonly OpenableUrl[]): string[] {
  return urls.map(({ href }) => href);
}
