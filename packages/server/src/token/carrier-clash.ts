import { optionsError } from '../errors/options-error.ts';
import type { SignedToken, TokenFormat } from './token-format.ts';

/**
 * Refuses two formats that put their tokens into the same parameter, header or cookie, or both into the path.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkFormatCarriers(first: TokenFormat, second: TokenFormat): void {
  if (first.bare && second.bare) throw clash('the path');
  checkNames('parameter', first.parameters, second.parameters);
  checkNames('header', first.headers, second.headers);
  checkNames('cookie', first.cookies, second.cookies);
}

/** Checks two tokens, for formats that do not declare where their tokens travel. @throws `ERR_OPTIONS` */
export function checkTokenCarriers(first: SignedToken, second: SignedToken): void {
  if (first.base !== undefined && second.base !== undefined) throw clash('the path');
  checkNames('parameter', Object.keys(first.query ?? {}), Object.keys(second.query ?? {}));
  checkNames('header', Object.keys(first.headers ?? {}), Object.keys(second.headers ?? {}));
  checkNames('cookie', first.setCookie?.map(cookieName), second.setCookie?.map(cookieName));
}

/** Refuses shared names. Names that differ only in case are one name to some servers. */
function checkNames(kind: string, first: readonly string[] = [], second: readonly string[] = []): void {
  const taken = new Set(first.map((name) => name.toLowerCase()));
  const shared = second.find((name) => taken.has(name.toLowerCase()));
  if (shared !== undefined) throw clash(`the ${kind} "${shared}"`);
}

function cookieName(cookie: string): string {
  return cookie.slice(0, cookie.indexOf('=')).trim();
}

function clash(place: string): Error {
  return optionsError(
    'combine',
    `Both tokens travel in ${place}. Give one of the formats another carrier, or another name of the parameter.`,
  );
}
