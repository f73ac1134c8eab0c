import type { TokenSource } from 'secure-token-core';

/** A token source as `handleFetch` needs it; a denial ends where it can be renewed. */
export type RequestSigner = Pick<TokenSource, 'protects' | 'sign' | 'refused'> &
  Partial<Pick<TokenSource, 'renew' | 'liftDenials'>>;

/** A token source as requests of scripts need it: some of them are signed already. */
export type ScriptSigner = RequestSigner & Pick<TokenSource, 'unsign'>;

/** A signer of one request. */
export interface Releasable {
  /** There is an answer: nothing will be asked any more. */
  release(): void;
}
