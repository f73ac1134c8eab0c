import type { SecureTokenError } from '../contract/errors.ts';

/** The number of random bits of an id, so that no two pages have the same id. */
const BITS = 128;

/** The session of a viewer, whose id every call contains, so that an endpoint can count sessions. */
export class Session {
  #id: string | undefined;

  /** 128 random bits in base64url. Made at the first use: some servers have no random bits while they load a module. */
  get id(): string {
    const random = (): string => String.fromCharCode(...crypto.getRandomValues(new Uint8Array(BITS / 8)));
    return (this.#id ??= btoa(random()).replace(/[+/=]/g, (it) => ({ '+': '-', '/': '_' })[it] ?? ''));
  }

  /** Notes that these denials were lifted. If one of them was for an ended session, another session begins. */
  denialsLifted(errors: readonly SecureTokenError[]): void {
    // the endpoint denies every later call with this id
    if (errors.some(({ type }) => type === 'urn:secure-token:session-ended')) this.#id = undefined;
  }
}
