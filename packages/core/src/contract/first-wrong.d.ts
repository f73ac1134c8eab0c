/** Says what is wrong with a member and what to write instead, in a sentence or two; `undefined` if it is right. */
export type Check = (value: unknown, name: string) => string | undefined;
/** "retry is text. Give an object." */
export declare const isWrong: (value: unknown, name: string, remedy: string) => string;
export declare const isFunction: Check;
export declare const isObject: Check;
export declare const isBoolean: Check;
/** A number from 0 to `max`. */
export declare const upTo: (max: number) => Check;
/** Checks a list, item by item. */
export declare const eachOf: (check: Check, remedy: string) => Check;
/**
 * Says what is wrong with the first member of `value` that is there and wrong; members without a check pass.
 * @param path what stands before the name of a member, such as `tokens[0].`
 */
export declare function firstWrong(value: object, checks: Readonly<Record<string, Check>>, path?: string): string | undefined;
