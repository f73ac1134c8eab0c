import type { SecureTokenError } from '../contract/errors.ts';

/** The number of random bits of an id, so that no two pages have the same id. */
const BITS = 128;

/** The `type` of the denial of an ended session. The endpoint denies every later call with the id of that session. */
const SESSION_ENDED = 'urn:secure-token:session-ended';

const isEnded = ({ type }: SecureTokenError): boolean => type === SESSION_ENDED;

/** The session of a viewer, whose id every call contains, so that an endpoint can count sessions. */
export class Session {
  #id: string | undefined;
  /** Whether denials were lifted, and no call has been answered since: the session may have ended. */
  #mayHaveEnded = false;

  /** 128 random bits in base64url. Made at the first use: some servers have no random bits while they load a module. */
  get id(): string {
    if (this.#id === undefined) {
      const bytes = crypto.getRandomValues(new Uint8Array(BITS / 8));
      const base64 = btoa(String.fromCharCode(...bytes));
      this.#id = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    }
    return this.#id;
  }

  /** Notes that these denials were lifted. If one of them was for an ended session, another session begins. */
  denialsLifted(errors: readonly SecureTokenError[]): void {
    if (errors.some(isEnded)) this.#id = undefined;
    this.#mayHaveEnded ||= errors.length > 0;
  }

  /** Notes that the endpoint has answered a call: the session goes on, whichever denials were lifted before. */
  goesOn(): void {
    this.#mayHaveEnded = false;
  }

  /**
   * Decides whether to repeat the call with the id `sent`, which failed with `error`, under another id. If an app signs
   * a viewer out everywhere, the page first hears that the viewer is logged out, and only later that its session has
   * ended: another session begins with the next log-in. A session that ends after an answered call stays ended.
   */
  beginAnew(sent: string, error: SecureTokenError): boolean {
    if (!isEnded(error)) return false;
    if (this.#mayHaveEnded && sent === this.id) this.#id = undefined;
    this.#mayHaveEnded = false;
    return sent !== this.id;
  }
}
