import { aBoolean } from '../check.ts';
import type { Token } from '../contract/token.ts';
import type { Carrier } from './carrier.ts';
import { longParts, outsideUrls } from './carrier.ts';
import { pathCarrier } from './path-carrier.ts';
import { queryCarrier } from './query-carrier.ts';
import { asTexts, textsFor } from './texts.ts';

/** Request headers. */
const headerCarrier: Carrier<Readonly<Record<string, string>>> = {
  check: textsFor((texts) => new Headers(texts)),
  parse: asTexts,
  write: (request, headers) => ({ ...request, headers }),
  secretsOf: (headers) => [...Object.values(headers), ...longParts(Object.values(headers))],
  find: () => undefined,
  createState: outsideUrls,
};

/** A cookie that the endpoint has set: no script sees its value. */
const cookieCarrier: Carrier<boolean> = {
  check: aBoolean,
  parse: (value) => value,
  write: (request, credentials) => ({ ...request, credentials }),
  secretsOf: () => [],
  find: () => undefined,
  createState: outsideUrls,
};

/** The members of a token that are carriers. */
type CarrierName = 'query' | 'headers' | 'base' | 'credentials';

/**
 * All carriers, in the order in which they are written and removed: the parameters of a query belong to the origin of
 * the URL without its base.
 */
export const CARRIERS: { readonly [Name in CarrierName]: Carrier<NonNullable<Token[Name]>> } = {
  base: pathCarrier,
  query: queryCarrier,
  headers: headerCarrier,
  credentials: cookieCarrier,
};
