/** Says whether a member is right; one that throws says no. */
export type Check = (value: unknown) => unknown;

export const isFunction: Check = (value) => typeof value === 'function';
export const isObject: Check = (value) => Object(value) === value;
/** A number from 0 to `max`. */
export const upTo =
  (max: number): Check =>
  (value) =>
    value === Math.max(0, Math.min(max, value as number));

/** The name of the first member of `value` that is there and wrong. Members without a check are not looked at. */
export function firstWrong(value: object, checks: Readonly<Record<string, Check>>): string | undefined {
  return Object.keys(checks).find((name) => {
    const member = (value as Record<string, unknown>)[name];
    try {
      return member !== undefined && !checks[name]!(member);
    } catch {
      return true;
    }
  });
}
