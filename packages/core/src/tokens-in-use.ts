import type { HeldToken, TokenIndex } from './token-index.ts';
import { lifetimeOf } from './token-index.ts';
import type { LastUse, Usage } from './usage.ts';

/** Of URLs that have a token each, those that were used last: one call. */
const MAX_URLS = 100;

/** Of an outdated token for one URL: so long after its last use the request may be under way still, or come again. */
const UNDER_WAY_SECONDS = 30;

interface Used {
  readonly held: HeldToken;
  readonly lastUse: LastUse;
}

const usedOf = (tokens: Iterable<HeldToken>, usage: Usage): Used[] =>
  [...tokens].flatMap((held) => {
    const lastUse = usage.lastUseOf(held);
    return lastUse ? [{ held, lastUse }] : [];
  });

const isRecent = ({ held, lastUse }: Used, now: number): boolean => now - lastUse.at < lifetimeOf(held);

/**
 * One URL for each token that players use now: it was attached less than its lifetime ago. What was used last is among
 * them, however long ago, for its player may wait to go on.
 */
export function urlsInUse(
  index: TokenIndex,
  usage: Usage,
  isUsable: (held: HeldToken) => boolean,
  now: number,
): string[] {
  const folders = usedOf(index.folders(), usage);
  const latest = folders.reduce<Used | undefined>(
    (one, other) => (one && one.lastUse.at > other.lastUse.at ? one : other),
    undefined,
  );
  const urls = usedOf(index.urls(), usage)
    .filter((it) => isUsable(it.held) && isRecent(it, now))
    .sort((one, other) => one.lastUse.at - other.lastUse.at);
  return [...folders.filter((it) => it === latest || isRecent(it, now)), ...urls.slice(-MAX_URLS)].map(
    ({ lastUse }) => lastUse.url,
  );
}

/**
 * One URL for each outdated token that will be used: of folders that players use, of what was read ahead, and of what
 * was requested just now.
 */
export function outdatedUrls(
  index: TokenIndex,
  usage: Usage,
  isOutdated: (held: HeldToken) => boolean,
  now: number,
): string[] {
  const folders = usedOf([...index.folders()].filter(isOutdated), usage).filter((it) => isRecent(it, now));
  const urls = index.urls().flatMap((held) => {
    const lastUse = usage.lastUseOf(held);
    const isToCome = isOutdated(held) && (!lastUse || now - lastUse.at < UNDER_WAY_SECONDS);
    return isToCome ? [lastUse?.url ?? held.scope.href] : [];
  });
  // the one that is the reason comes along
  return [...folders.map(({ lastUse }) => lastUse.url), ...urls].slice(1 - MAX_URLS);
}
