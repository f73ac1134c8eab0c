/** Sessions of a viewer that may have a place. */
export const limit = 3;
/** Lifetime of tokens, in seconds. */
export const ttl = 300;
/** Seconds after its latest call in which a session keeps its place. */
export const idle = 1.5 * ttl;
