import { BoundedMap } from '../bounded-map.ts';
import type { SignedRequest } from '../contract/token-source.ts';

/** A signed request that has just been handed to a player. The values of headers and cookies are not kept. */
export interface CarriedToken {
  /** The session of the source that has signed the request. */
  readonly session: string;
  readonly headers: readonly string[];
  readonly credentials: boolean;
  /** Unix ms, by the viewer's clock. */
  readonly until: number;
}

/** The number of remembered requests. Adapters send signed requests at once, so it is one of the last. */
const REMEMBERED = 200;
/** The longest time, in ms, from the signing of a request to its end. */
const UNDER_WAY_MS = 30_000;

/** The key of the map that all copies of core share: each script file contains a copy. */
const CARRIED = Symbol.for('secure-token:carried');

/**
 * Returns the last signed requests in the page, by the signed URL, so that a token worker and the page do not sign one
 * request twice. Creates the map at its first use: an import has no side effect.
 */
export function carriedTokens(): Map<string, CarriedToken> {
  const page = globalThis as { [CARRIED]?: Map<string, CarriedToken> };
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- absent before the first use
  return (page[CARRIED] ??= new BoundedMap<string, CarriedToken>(REMEMBERED));
}

/** Notes that a request is handed to a player. */
export function noteCarried({ url, headers, credentials, unsignedUrl }: SignedRequest, session: string): void {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  // a token without a carrier shows nowhere
  if (url === unsignedUrl && !names.length && !credentials) return;
  carriedTokens().set(url, { session, headers: names, credentials, until: Date.now() + UNDER_WAY_MS });
}
