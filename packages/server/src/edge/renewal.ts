import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import type { FormatSource, RenewedToken, TokenFormat } from '../token/token-format.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { keepOutOfCaches } from './playlist-rewrite.ts';

/** Renewal of tokens by the edge. */
export interface EdgeRenewal {
  /**
   * Seconds before the expiry of a token during which it is renewed: more than a player's longest pause between two
   * requests.
   */
  within: number;
}

/** Returns the successor of the token of a request that was let through; `undefined` for most requests. */
export type EdgeRenewer = (
  format: TokenFormat,
  request: Request,
  { expires, now }: Pick<GrantedVerdict, 'expires'> & { readonly now: number },
) => Promise<RenewedToken | undefined>;

/**
 * Returns a function that renews tokens at the edge: those that ask for it (`catr` of a Common Access Token), near
 * their end, as long as their signer has granted.
 *
 * @throws `ERR_OPTIONS` for an invalid number of seconds, and for a format that cannot renew
 */
export function edgeRenewer(renew: EdgeRenewal | undefined, source: FormatSource): EdgeRenewer {
  if (renew === undefined) return () => Promise.resolve(undefined);
  checkNames(renew, { within: true }, 'renew');
  const { within } = renew;
  if (!(Number.isFinite(within) && within > 0))
    throw optionsError('renew.within', 'Give a number of seconds, more than 0.', within);
  if (typeof source !== 'function') checkRenews(source);
  return async (format, request, { expires, now }) => {
    checkRenews(format);
    return expires - now <= within ? format.renew?.(request, now, within) : undefined;
  };
}

/** Refuses a format that cannot renew: such an edge would look like one whose tokens need no renewal yet. */
function checkRenews(format: TokenFormat): void {
  if (format.renew) return;
  throw optionsError(
    'renew',
    `The format ${format.name} cannot renew tokens. Use commonAccessToken with a key that signs, or leave this out.`,
  );
}

/**
 * Adds a renewed token to a response. The page may read it (`Access-Control-Expose-Headers`), and no cache keeps the
 * response: a cache would hand one viewer's token to another.
 */
export function sendRenewed(headers: Headers, { header, setCookie = [] }: RenewedToken): void {
  keepOutOfCaches(headers);
  for (const cookie of setCookie) headers.append('Set-Cookie', cookie);
  if (!header) return;
  const [name, token] = header;
  headers.set(name, token);
  if (headers.has('Access-Control-Allow-Origin')) headers.append('Access-Control-Expose-Headers', name);
}
