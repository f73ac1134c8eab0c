/** Says what is wrong with a member and what to write instead, in a sentence or two; `undefined` if it is right. */
export type Check = (value: unknown, name: string) => string | undefined;

const KINDS: Readonly<Record<string, string>> = { string: 'text', object: 'an object' };

/** Names the kind of `value`, never its content, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Number.isNaN(value)) return 'NaN';
  if (Array.isArray(value)) return value.length ? 'a list' : 'an empty list';
  return value === '' ? 'empty text' : (KINDS[typeof value] ?? `a ${typeof value}`);
}

/** "retry is text. Give an object." */
export const isWrong = (value: unknown, name: string, remedy: string): string =>
  `${name} is ${kindOf(value)}. ${remedy}`;

export const isFunction: Check = (value, name) =>
  typeof value === 'function' ? undefined : isWrong(value, name, 'Give a function.');
export const isObject: Check = (value, name) =>
  Object(value) === value ? undefined : isWrong(value, name, 'Give an object.');
export const isBoolean: Check = (value, name) =>
  typeof value === 'boolean' ? undefined : isWrong(value, name, 'Give true or false.');
/** Lets `null` pass, as a serialiser of Go, Java or C# writes it for what is left out. */
export const orNull = /* @__NO_SIDE_EFFECTS__ */ (check: Check): Check =>
  (value, name) =>
    value === null ? undefined : check(value, name);
/** A number from 0 to `max`. */
export const upTo = /* @__NO_SIDE_EFFECTS__ */ (max: number): Check =>
  (value, name) => {
    if (typeof value !== 'number') return isWrong(value, name, `Give a number from 0 to ${max}.`);
    return value >= 0 && value <= max ? undefined : `${name} is ${value}. Give a number from 0 to ${max}.`;
  };

/** Checks a list, item by item. */
export const eachOf = /* @__NO_SIDE_EFFECTS__ */ (check: Check, remedy: string): Check =>
  (value, name) =>
    Array.isArray(value) ? firstOf(value, (item, i) => check(item, `${name}[${i}]`)) : isWrong(value, name, remedy);

function firstOf<T>(items: readonly T[], check: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const problem = check(item, index);
    if (problem) return problem;
  }
  return undefined;
}

/**
 * Says what is wrong with the first member of `value` that is there and wrong; members without a check pass.
 * @param path what stands before the name of a member, such as `tokens[0].`
 */
export function firstWrong(value: object, checks: Readonly<Record<string, Check>>, path = ''): string | undefined {
  return firstOf(Object.keys(checks), (name) => {
    const member = (value as Record<string, unknown>)[name];
    return member === undefined ? undefined : checks[name]!(member, path + name);
  });
}
