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

/** The number of letters to change, add or leave out to make one text of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of one.split('').entries()) {
    const next = [i + 1];
    for (const [j, otherLetter] of other.split('').entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === otherLetter ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}

/** The one of `names` that was probably meant; capitals do not count. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((known) => distance(name.toLowerCase(), known.toLowerCase()));
  const least = Math.min(...distances);
  return least <= Math.max(1, name.length / 3) ? names[distances.indexOf(least)] : undefined;
}

/**
 * Says what is wrong with the first member of `options` that is not one of `names`; in development builds, which one
 * was meant, too.
 * @param path what stands before the name of a member, such as `retry.`
 */
export function unknownOption(options: object, names: readonly string[], path = ''): string | undefined {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !names.includes(name));
  if (!unknown) return undefined;
  const problem = `Unknown option '${path}${unknown[0]}'.`;
  if (!__DEVELOPMENT__) return problem;
  const meant = nearest(unknown[0], names);
  return `${problem} ${meant ? `Did you mean '${path}${meant}'?` : `Known options: ${names.join(', ')}.`}`;
}
