import type { SecureTokenError } from '../contract/secure-token-error.ts';

/** The number of random bits of an id, so that no two pages have the same id. */
const BITS = 128;

/** The `type` of the denial of an ended session. The endpoint denies every later call with the id of that session. */
const SESSION_ENDED = 'urn:secure-token:session-ended';

/** Creates the id of a session as the protocol of the signing endpoint defines it: 128 random bits in base64url. */
function newSessionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BITS / 8));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

const isEnded = ({ type }: SecureTokenError): boolean => type === SESSION_ENDED;

/** The session, whose id every call contains, so that an endpoint can count sessions. */
export class PlaybackSession {
  #id: string | undefined;
  /** Whether denials were lifted, and no call has been answered since: the session may have ended. */
  #mayHaveEnded = false;

  /** The id. It is created at the first use, because some servers have no random bits while they load a module. */
  get id(): string {
    return (this.#id ??= newSessionId());
  }

  /**
   * Notes that these denials were lifted, because the viewer may have logged in. If one of them was for an ended
   * session, another session begins.
   */
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
