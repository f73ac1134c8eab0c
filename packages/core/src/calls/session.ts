import type { SecureTokenError } from '../contract/errors.ts';

/** The number of random bits of an id, so that no two pages have the same id. */
const BITS = 128;

/** Whether a denial is for an ended session: the endpoint denies every later call with its id. */
const isEnded = ({ type }: SecureTokenError): boolean => type === 'urn:secure-token:session-ended';

/** The session of a viewer, whose id every call contains, so that an endpoint can count sessions. */
export class Session {
  #id: string | undefined;
  /** Whether the viewer may be another one: denials were lifted, and no call has been answered since. */
  #isNew = false;

  /** 128 random bits in base64url. Made at the first use: some servers have no random bits while they load a module. */
  get id(): string {
    const random = (): string => String.fromCharCode(...crypto.getRandomValues(new Uint8Array(BITS / 8)));
    return (this.#id ??= btoa(random()).replace(/[+/=]/g, (it) => ({ '+': '-', '/': '_' })[it] ?? ''));
  }

  /** Notes that these denials were lifted. If one of them was for an ended session, another session begins. */
  denialsLifted(errors: readonly SecureTokenError[]): void {
    if (errors.some(isEnded)) this.#id = undefined;
    this.#isNew ||= errors.length > 0;
  }

  /** Notes that the endpoint has answered a call: the session goes on, whichever denials were lifted before. */
  goesOn(): void {
    this.#isNew = false;
  }

  /**
   * Begins another session if a call has failed because this one has ended, and the viewer has just logged in: an app
   * that signs a viewer out everywhere denies first the viewer, and then the session.
   * @param sent the id of the call; @returns whether to repeat the call under another id
   */
  beginAnew(sent: string, error: SecureTokenError): boolean {
    if (!isEnded(error)) return false;
    if (this.#isNew && sent === this.id) this.#id = undefined;
    this.#isNew = false;
    return sent !== this.id;
  }
}
