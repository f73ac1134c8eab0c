/** Returns, in a sentence or two, what is wrong with a member and what to write instead; `undefined` if it is right. */
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

/** Returns a message such as "retry is text. Give an object." */
export const isWrong = (value: unknown, name: string, remedy: string): string =>
  `${name} is ${kindOf(value)}. ${remedy}`;

export const isFunction: Check = (value, name) =>
  typeof value === 'function' ? undefined : isWrong(value, name, 'Give a function.');
export const isObject: Check = (value, name) =>
  Object(value) === value ? undefined : isWrong(value, name, 'Give an object.');
export const isBoolean: Check = (value, name) =>
  typeof value === 'boolean' ? undefined : isWrong(value, name, 'Give true or false.');
/** Returns `check`, extended to accept `null`, which serialisers of Go, Java or C# write for a missing member. */
export const orNull = /* @__NO_SIDE_EFFECTS__ */ (check: Check): Check =>
  (value, name) =>
    value === null ? undefined : check(value, name);
/** Returns a check for a number from 0 to `max`. */
export const upTo = /* @__NO_SIDE_EFFECTS__ */ (max: number): Check =>
  (value, name) => {
    if (typeof value !== 'number') return isWrong(value, name, `Give a number from 0 to ${max}.`);
    return value >= 0 && value <= max ? undefined : `${name} is ${value}. Give a number from 0 to ${max}.`;
  };

/** Returns a check that applies `check` to each item of a list. */
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
 * Returns what is wrong with the first wrong member of `value`. Missing members, and members without a check, pass.
 * @param path the text before the name of a member, such as `tokens[0].`
 */
export function firstWrong(value: object, checks: Readonly<Record<string, Check>>, path = ''): string | undefined {
  return firstOf(Object.keys(checks), (name) => {
    const member = (value as Record<string, unknown>)[name];
    return member === undefined ? undefined : checks[name]!(member, path + name);
  });
}

/** Returns the number of letters to change, add or remove to turn one text into the other. */
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

/** Returns the one of `names` that the author probably meant, ignoring case; `undefined` if none is similar enough. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((known) => distance(name.toLowerCase(), known.toLowerCase()));
  const least = Math.min(...distances);
  return least <= Math.max(1, name.length / 3) ? names[distances.indexOf(least)] : undefined;
}

/**
 * Returns a message about the first member of `options` that is not one of `names`. In development builds the message
 * also suggests the name that the author probably meant, or lists `names`.
 * @param path the text before the name of a member, such as `retry.`
 */
export function unknownOption(options: object, names: readonly string[], path = ''): string | undefined {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !names.includes(name));
  if (!unknown) return undefined;
  const problem = `Unknown option '${path}${unknown[0]}'.`;
  if (!__DEVELOPMENT__) return problem;
  const meant = nearest(unknown[0], names);
  return `${problem} ${meant ? `Did you mean '${path}${meant}'?` : `Known options: ${names.join(', ')}.`}`;
}
