import type { TokenSource } from 'secure-token-core';

/** What `handleFetch` needs of a token source. */
export type RequestSigner = Pick<TokenSource, 'protects' | 'sign' | 'refused'>;
