import { MAX_URLS_PER_CALL } from '../contract/call-limit.ts';
import type { HeldToken, TokenIndex } from './token-index.ts';
import { lifetimeOf } from './token-index.ts';
import type { LastUse, Usage } from './usage.ts';

/** Seconds after its last use in which a request with an outdated token may still be under way, or come again. */
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

/** Whether a request was given it, or one before it for the same folder, less than a lifetime ago: it is in use. */
const isInUse = ({ held, lastUse }: Used, now: number): boolean => now - lastUse.at < lifetimeOf(held);

/**
 * One URL for each token that players use now: it was attached less than its lifetime ago. What was used last is among
 * them, however long ago, for its player may wait to go on. Of those that open one URL, no more than one call holds:
 * those that were used last.
 */
export function urlsInUse(
  index: TokenIndex,
  usage: Usage,
  isAlive: (held: HeldToken) => boolean,
  now: number,
): string[] {
  const folders = usedOf(index.folders(), usage);
  const latest = folders.reduce<Used | undefined>(
    (one, other) => (one && one.lastUse.at > other.lastUse.at ? one : other),
    undefined,
  );
  const urls = usedOf(index.urls(), usage)
    .filter((it) => isAlive(it.held) && isInUse(it, now))
    .sort((one, other) => one.lastUse.at - other.lastUse.at);
  return [...folders.filter((it) => it === latest || isInUse(it, now)), ...urls.slice(-MAX_URLS_PER_CALL)].map(
    ({ lastUse }) => lastUse.url,
  );
}

/**
 * One URL for each outdated token that will be used: of folders that players use, of what was requested just now, and
 * of what was read ahead, from the place of `from` on, which comes along itself.
 */
export function outdatedUrls(
  index: TokenIndex,
  usage: Usage,
  { isToBeRenewed, from }: { isToBeRenewed: (held: HeldToken) => boolean; from: HeldToken },
  now: number,
): string[] {
  const folders = usedOf([...index.folders()].filter(isToBeRenewed), usage).filter((it) => isInUse(it, now));
  const underWay: string[] = [];
  const ahead: string[] = [];
  const urls = index.urls();
  const next = urls.indexOf(from) + 1;
  // in the order in which they were asked for: that is the one in which they are played
  for (const held of [...urls.slice(next), ...urls.slice(0, next)]) {
    if (held === from || !isToBeRenewed(held)) continue;
    const lastUse = usage.lastUseOf(held);
    if (!lastUse) ahead.push(held.scope.href);
    else if (now - lastUse.at < UNDER_WAY_SECONDS) underWay.push(lastUse.url);
  }
  return [...folders.map(({ lastUse }) => lastUse.url), ...underWay, ...ahead].slice(0, MAX_URLS_PER_CALL - 1);
}
