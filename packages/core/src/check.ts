/** Returns the path of what is wrong, such as `tokens[0].expires`; `undefined` if all is right. */
export type Check = (value: unknown, path: string) => string | undefined;

export const must =
  /* @__NO_SIDE_EFFECTS__ */
  (test: (value: never) => unknown): Check =>
    (value, path) =>
      test(value as never) ? undefined : path;

/** Returns a check for a list of which each item passes `check`. */
export const eachOf =
  /* @__NO_SIDE_EFFECTS__ */
  (check: Check): Check =>
    (value, path) =>
      Array.isArray(value) ? Array.from(value, (item, index) => check(item, `${path}[${index}]`)).find(Boolean) : path;

/** Returns the first wrong member. Missing members pass. @param path the text before the names, such as `tokens[0].` */
export const firstWrong = (value: object, checks: Readonly<Record<string, Check>>, path = ''): string | undefined =>
  Object.entries(checks)
    .map(([name, check]) => {
      const member = (value as Record<string, unknown>)[name];
      return member === undefined ? undefined : check(member, path + name);
    })
    .find(Boolean);

export const isObject = (value: unknown): value is object => Object(value) === value && !Array.isArray(value);
export const aBoolean: Check = must((value) => typeof value === 'boolean');
