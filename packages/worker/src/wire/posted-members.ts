export type Members = Readonly<Record<string, unknown>>;

/** Returns the members of a posted value. A value that is not an object has none. */
export const membersOf = (data: unknown): Members => (typeof data === 'object' && data !== null ? data : {}) as Members;

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number';
