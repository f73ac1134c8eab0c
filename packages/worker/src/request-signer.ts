import type { TokenSource } from 'secure-token-core';

/** What `handleFetch` needs of a token source; that it can be renewed is what ends a denial. */
export type RequestSigner = Pick<TokenSource, 'protects' | 'sign' | 'refused'> &
  Partial<Pick<TokenSource, 'renew' | 'liftDenials'>>;

/** What the requests of scripts need: their playlists are read, and some of them are signed already. */
export type ScriptSigner = RequestSigner & Pick<TokenSource, 'unsign'> & { learnText(url: string, text: string): void };

/** A signer of one request. */
export interface Releasable {
  /** There is an answer: nothing will be asked any more. */
  release(): void;
}
