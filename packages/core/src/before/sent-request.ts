import type { SignedRequest } from '../contract/token-source.ts';
import type { SentRequest } from './carries-token.ts';

// the global object of a page or a worker; a server has no `location`
const realm = globalThis as { location?: Location };

/** Converts a request of a script to the form that `carriesToken` takes. */
export const sentRequest = ({ url, headers, credentials }: Request): SentRequest => ({
  url,
  headers: [...headers.keys()],
  credentials:
    credentials === 'include' || (credentials === 'same-origin' && new URL(url).origin === realm.location?.origin),
});

/**
 * Tells whether an element that itself loads a signed request needs `crossorigin="use-credentials"`. Without the
 * attribute, the element does not use CORS mode, and browsers always send cookies.
 */
export const needsUseCredentials = (
  { credentials }: Pick<SignedRequest, 'credentials'>,
  crossOrigin: string | null | undefined,
): boolean => credentials && !!crossOrigin;
