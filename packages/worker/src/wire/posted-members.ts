export type Members = Readonly<Record<string, unknown>>;

/** The members of whatever was posted; none of what has none. */
export const membersOf = (data: unknown): Members => (typeof data === 'object' && data !== null ? data : {}) as Members;

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number';
