import type { SignedRequest } from './token-source.ts';

/** The request for a URL that needs no token, or whose token somebody else attaches. */
export const untouchedRequest = (url: string): SignedRequest => ({
  url,
  headers: {},
  credentials: false,
  unsignedUrl: url,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- apps may read it
  source: url,
});
