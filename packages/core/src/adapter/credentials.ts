import type { SignedRequest } from '../contract/token-source.ts';

type Cookies = Pick<SignedRequest, 'credentials'>;

/**
 * The credentials mode of a fetch that sends `request`.
 * @param asked the mode in which the player has asked for it
 */
export const credentialsMode = ({ credentials }: Cookies, asked?: RequestCredentials): RequestCredentials =>
  credentials || asked === 'include' ? 'include' : 'same-origin';

/**
 * Whether an element that loads `request` by itself needs `crossorigin="use-credentials"`. Out of CORS mode, which is
 * without the attribute, browsers send cookies in any case.
 */
export const needsUseCredentials = ({ credentials }: Cookies, crossOrigin: string | null | undefined): boolean =>
  credentials && !!crossOrigin;
