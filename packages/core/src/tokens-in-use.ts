import type { HeldToken, TokenIndex } from './token-index.ts';
import type { LastUse, Usage } from './usage.ts';

/** Of URLs that have a token each, those that were used last: one call. */
const MAX_URLS = 100;

interface Used {
  readonly held: HeldToken;
  readonly lastUse: LastUse;
}

const lifetimeOf = ({ token, obtainedAt }: HeldToken): number => token.expires - obtainedAt;

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
  const used = (tokens: Iterable<HeldToken>): Used[] =>
    [...tokens].flatMap((held) => {
      const lastUse = usage.lastUseOf(held);
      return lastUse ? [{ held, lastUse }] : [];
    });
  const isRecent = ({ held, lastUse }: Used): boolean => now - lastUse.at < lifetimeOf(held);
  const folders = used(index.folders());
  const latest = folders.reduce<Used | undefined>(
    (one, other) => (one && one.lastUse.at > other.lastUse.at ? one : other),
    undefined,
  );
  const urls = used(index.urls())
    .filter((it) => isUsable(it.held) && isRecent(it))
    .sort((one, other) => one.lastUse.at - other.lastUse.at);
  return [...folders.filter((it) => it === latest || isRecent(it)), ...urls.slice(-MAX_URLS)].map(
    ({ lastUse }) => lastUse.url,
  );
}
