import type { SecureTokenError } from '../contract/errors.ts';

/** The number of random bits of an id, so that no two pages have the same id. */
const BITS = 128;

/** Whether the endpoint has ended the session: it denies every later call with the same id. */
const hasEnded = ({ type }: SecureTokenError): boolean => type === 'urn:secure-token:session-ended';

/** The session of a viewer, whose id every call contains, so that an endpoint can count sessions. */
export class Session {
  #id: string | undefined;
  /** Whether the viewer may have logged in since the endpoint has accepted this session. */
  #mayRestart = false;

  /** 128 random bits in base64url. Made at the first use: some servers have no random bits while they load a module. */
  get id(): string {
    const random = (): string => String.fromCharCode(...crypto.getRandomValues(new Uint8Array(BITS / 8)));
    return (this.#id ??= btoa(random()).replace(/[+/=]/g, (it) => ({ '+': '-', '/': '_' })[it] ?? ''));
  }

  /** Notes that these denials were lifted, after a log-in. If one was for an ended session, another session begins. */
  denialsLifted(errors: readonly SecureTokenError[]): void {
    const isOver = errors.some(hasEnded);
    this.#mayRestart = errors.length > 0 && !isOver;
    if (isOver) this.#id = undefined;
  }

  /** Notes that the endpoint has accepted the session: if it ends the session now, the viewer is to hear of it. */
  accepted(): void {
    this.#mayRestart = false;
  }

  /**
   * Begins another session, if the endpoint had ended this one before the log-in: whoever signs a viewer out everywhere
   * denies the account first, and the page hears of that.
   * @returns whether another session has begun
   */
  restartAfter(denial: SecureTokenError): boolean {
    const restarts = this.#mayRestart && hasEnded(denial);
    this.#mayRestart = false;
    if (restarts) this.#id = undefined;
    return restarts;
  }
}
