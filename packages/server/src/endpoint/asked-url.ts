import type { TokenFormat } from '../token/token-format.ts';
import { scopeToOpen } from '../token/token-scope.ts';
import type { AllowList } from '../url/allow-list.ts';
import type { JudgedScope } from '../url/judged-scope.ts';
import { judgeUrl } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { readingsUpToFiles, wholeReadings } from '../url/readings.ts';
import type { Scope } from '../url/scope.ts';

/** A URL that a call requests and that lies below `allow`. */
export interface ListedUrl {
  /** The URL as it was requested: a player looks for its token under this text. */
  readonly href: string;
  readonly url: JudgedUrl;
  /** Returns the `URL` for a format, as it was requested even if a format has changed the last object. */
  readonly target: () => URL;
}

/** A URL with the scope that its token would open, all of which lies below `allow`. */
export interface OpenableUrl extends ListedUrl {
  readonly scope: JudgedScope;
}

export function listedUrls(hrefs: readonly string[], allows: AllowList): ListedUrl[] {
  return hrefs.flatMap((href) => {
    const url = judgeUrl(href);
    return url && allows.holds(url) ? [{ href, url, target: targetOf(href) }] : [];
  });
}

/** Parses the URL once, and again each time that a format has changed the object. */
function targetOf(href: string): () => URL {
  let target = new URL(href);
  const written = target.href;
  return () => {
    if (target.href !== written) target = new URL(written);
    return target;
  };
}

/** Keeps the URLs whose token would open only allowed URLs. @param expires unix seconds */
export async function openableUrls(
  listed: readonly ListedUrl[],
  { allows, format, expires }: { allows: AllowList; format: TokenFormat; expires: number },
): Promise<OpenableUrl[]> {
  const scopes = await Promise.all(listed.map(({ target }) => scopeToOpen(format, target(), expires)));
  return listed.flatMap(({ href, url, target }, i) => {
    const scope = scopes[i];
    return scope && allows.holdsAllOf(scope) ? [{ href, url, target, scope }] : [];
  });
}

/**
 * Returns the arguments of the entitlement hook: each URL in its canonical spelling, and at the same place of the
 * second list the scope that its token would open. The other readings of both follow behind: a hook that looks for
 * `/premium/`, in URLs or in scopes, must not miss `/%70remium/`, nor `/premium;x/`, which Java servers take for the
 * same, nor `/film.mp4/x`, which lighttpd takes for `/film.mp4`.
 */
export function shownUrls(asked: readonly OpenableUrl[]): [urls: string[], scopes: Scope[]] {
  const shown = asked.map(shownReadings);
  const all = [...shown.flatMap((each) => each.slice(0, 1)), ...shown.flatMap((each) => each.slice(1))];
  return [all.map(({ href }) => href), all.map(({ scope }) => scope)];
}

interface ShownUrl {
  readonly href: string;
  readonly scope: Scope;
}

/** Returns a URL and its scope in every reading of an origin, beginning with both as they are. */
function shownReadings({ url, scope: { shown, url: opened } }: OpenableUrl): readonly ShownUrl[] {
  const asIs = { href: url.href, scope: shown.asIs };
  if (url.servedPaths.length === 1 && shown.hasOneReading) return [asIs];
  const whole = [...new Set([...wholeReadings(url.path), ...shown.readings])];
  const upToFiles = readingsUpToFiles(url.path, opened.path);
  // All URLs are read before the scopes, because a reading remembers only the last path.
  const hrefs = [...whole, ...upToFiles].map((read) => url.withPath(read(url.path)).href);
  const scopes = [...whole.map((read) => shown.as(read)), ...upToFiles.map((read) => shown.upToFile(read))];
  const files = shown.files ? [{ href: url.href, scope: shown.files }] : [];
  return distinct([asIs, ...hrefs.map((href, i) => ({ href, scope: scopes[i]! })), ...files]);
}

/** Removes entries that have both the same URL and the same scope. */
function distinct(shown: readonly ShownUrl[]): readonly ShownUrl[] {
  const scopes = new Map<string, Set<Scope>>();
  for (const { href, scope } of shown) scopes.set(href, (scopes.get(href) ?? new Set()).add(scope));
  return [...scopes].flatMap(([href, ofHref]) => Array.from(ofHref, (scope) => ({ href, scope })));
}
