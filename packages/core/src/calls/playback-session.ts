import type { SecureTokenError } from '../contract/secure-token-error.ts';

/** Random bits of an id: two pages never have the same. */
const BITS = 128;

/** The `type` of a denial for a session that was ended: every later call with its id is denied, too. */
const SESSION_ENDED = 'urn:secure-token:session-ended';

/** Makes the id of a playback, as the protocol of the signing endpoint writes it: 128 random bits in base64url. */
function newSessionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BITS / 8));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

const isEnded = ({ type }: SecureTokenError): boolean => type === SESSION_ENDED;

/** The id that goes with every call, so that an endpoint can count who plays. */
export class PlaybackSession {
  #id: string | undefined;
  /** A denial of another kind was lifted, and no call has been answered since. */
  #mayHaveEnded = false;

  /** The id. Made at the first use: some servers have no random bits while a module is loaded. */
  get id(): string {
    return (this.#id ??= newSessionId());
  }

  /** The app has lifted these denials: the viewer has logged in. A session that was ended before is over. */
  denialsLifted(errors: readonly SecureTokenError[]): void {
    if (errors.some(isEnded)) this.#id = undefined;
    this.#mayHaveEnded ||= errors.length > 0;
  }

  /** The endpoint has answered a call: the session goes on, whatever the app has lifted before. */
  goesOn(): void {
    this.#mayHaveEnded = false;
  }

  /**
   * Says whether the call with the id `sent`, which failed with `error`, is to be made again under another id: where an
   * app signs a viewer out everywhere, a page hears that it is logged out before it hears that its session has ended.
   * Its session begins anew with the next log-in. What is ended later stays ended.
   */
  beginAnew(sent: string, error: SecureTokenError): boolean {
    if (!isEnded(error)) return false;
    if (this.#mayHaveEnded && sent === this.id) this.#id = undefined;
    this.#mayHaveEnded = false;
    return sent !== this.id;
  }
}
