import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import type { FormatSource, RenewedToken, TokenFormat } from '../token/token-format.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { keepOutOfCaches } from './private-response.ts';

/** Renewal of tokens by the edge. */
export interface EdgeRenewal {
  /** Seconds before its end in which a token is renewed: more than a player's longest pause between two requests. */
  within: number;
}

/** The successor of the token of a request that was let through; `undefined` for most requests. */
export type EdgeRenewer = (
  format: TokenFormat,
  request: Request,
  { expires, now }: Pick<GrantedVerdict, 'expires'> & { readonly now: number },
) => Promise<RenewedToken | undefined>;

/**
 * Renews tokens at the edge: those that say so themselves (`catr` of a Common Access Token), near their end, for as
 * long as their signer has granted.
 *
 * @throws `ERR_OPTIONS` for a number of seconds that is none, and for a format that cannot renew
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

/** An edge that never renews would look like one whose tokens need no renewal yet. */
function checkRenews(format: TokenFormat): void {
  if (format.renew) return;
  throw optionsError(
    'renew',
    `The format ${format.name} cannot renew tokens. Use commonAccessToken with a key that signs, or leave this out.`,
  );
}

/**
 * Sends a renewed token along. The page may read it (`Access-Control-Expose-Headers`), and nobody keeps the answer: a
 * cache would hand one viewer's token to another.
 */
export function sendRenewed(headers: Headers, { header, setCookie = [] }: RenewedToken): void {
  keepOutOfCaches(headers);
  for (const cookie of setCookie) headers.append('Set-Cookie', cookie);
  if (!header) return;
  const [name, token] = header;
  headers.set(name, token);
  if (headers.has('Access-Control-Allow-Origin')) headers.append('Access-Control-Expose-Headers', name);
}
