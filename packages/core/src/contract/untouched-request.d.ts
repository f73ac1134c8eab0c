import type { SignedRequest } from './token-source.ts';
/** The request for a URL that needs no token, or whose token somebody else attaches. */
export declare const untouchedRequest: (url: string) => SignedRequest;
