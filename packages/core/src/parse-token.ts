import type { Check } from './first-wrong.ts';
import { firstWrong, isObject, upTo } from './first-wrong.ts';
import type { Token } from './token.ts';

// absolute, for there is no base
const matches =
  (pattern: RegExp): Check =>
  (value) =>
    pattern.test(new URL(value as string).href);
const isUrl = matches(/^http/);
const isFolder = matches(/^http[^?#]*\/$/);
const isAnything: Check = () => true;

/** Every member of a token. */
const members: Record<keyof Token, Check> = {
  url: isUrl,
  prefix: isFolder,
  base: isFolder,
  // not milliseconds
  expires: (value) => !!value && upTo(1e11)(value),
  query: isObject,
  headers: isObject,
  anyQuery: isAnything,
  credentials: isAnything,
};

/**
 * What `value`, sent by a signing endpoint or written by a team, says about a token; `undefined` if it is not one.
 * Members that a token does not have are left out.
 */
export function parseToken(value: Token): Token | undefined {
  if (firstWrong(value, members) || !value.expires || (value.base && !value.prefix)) return undefined;
  const known = (Object.keys(members) as (keyof Token)[]).filter((name) => value[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, value[name]])) as unknown as Token;
}
