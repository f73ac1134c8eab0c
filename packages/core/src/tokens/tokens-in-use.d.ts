import type { HeldToken, TokenIndex } from './token-index.ts';
import type { Usage } from './usage.ts';
/**
 * One URL for each token that players use now: it was attached less than its lifetime ago. What was used last is among
 * them, however long ago, for its player may wait to go on.
 */
export declare function urlsInUse(index: TokenIndex, usage: Usage, isAlive: (held: HeldToken) => boolean, now: number): string[];
/**
 * One URL for each outdated token that will be used: of folders that players use, of what was requested just now, and
 * of what was read ahead, from the place of `from` on, which comes along itself.
 */
export declare function outdatedUrls(index: TokenIndex, usage: Usage, { isToBeRenewed, from }: {
    isToBeRenewed: (held: HeldToken) => boolean;
    from: HeldToken;
}, now: number): string[];
