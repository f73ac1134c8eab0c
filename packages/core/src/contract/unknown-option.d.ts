/**
 * Says what is wrong with the first member of `options` that is not one of `names`.
 * @param path what stands before the name of a member, such as `retry.`
 */
export declare function unknownOption(options: object, names: readonly string[], path?: string): string | undefined;
