/** Returns what is wrong with a member and what to write instead; `undefined` if it is right. */
export type Check = (value: unknown, name: string) => string | undefined;

const KINDS: Readonly<Record<string, string>> = { string: 'text', object: 'an object' };

/** Names the kind of `value`, never its content, which may be a token. Numbers are no secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.length ? 'a list' : 'an empty list';
  return value === '' ? 'empty text' : (KINDS[typeof value] ?? `a ${typeof value}`);
}

/** Returns a message such as "retry is text. Give an object." */
export const wrong = (value: unknown, name: string, remedy: string): string => `${name} is ${kindOf(value)}. ${remedy}`;

/** Returns a check with one remedy. */
export const must =
  /* @__NO_SIDE_EFFECTS__ */
  (test: (value: never) => unknown, remedy: string): Check =>
    (value, name) =>
      test(value as never) ? undefined : wrong(value, name, remedy);

/** Returns a check for a list of which each item passes `check`. */
export const eachOf =
  /* @__NO_SIDE_EFFECTS__ */
  (check: Check, remedy: string): Check =>
    (value, name) => {
      if (!Array.isArray(value)) return wrong(value, name, remedy);
      return value.map((item, index) => check(item, `${name}[${index}]`)).find(Boolean);
    };

/** Returns what is wrong with the first wrong member. Missing members pass. @param path such as `tokens[0].` */
export function firstWrong(value: object, checks: Readonly<Record<string, Check>>, path = ''): string | undefined {
  for (const name of Object.keys(checks)) {
    const member = (value as Record<string, unknown>)[name];
    const problem = member === undefined ? undefined : checks[name]!(member, path + name);
    if (problem) return problem;
  }
  return undefined;
}

export const isObject = (value: unknown): boolean => Object(value) === value && !Array.isArray(value);
export const aBoolean: Check = must((value) => typeof value === 'boolean', 'Give true or false.');
