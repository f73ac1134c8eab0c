/**
 * URLs that one call to the signing endpoint holds at most: an endpoint may refuse longer ones (`docs/protocol.md`).
 */
export const MAX_URLS_PER_CALL = 100;
