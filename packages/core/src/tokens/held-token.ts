import type { Token } from '../contract/token.ts';
import type { RenewalSettings } from './renewal-time.ts';
import { renewalTime } from './renewal-time.ts';

/**
 * Requests use a `fresh` token. Requests also use a `due` token, which the source renews meanwhile. No request uses a
 * `spent` token, because it could end on its way to the edge.
 */
export type TokenState = 'fresh' | 'due' | 'spent';

/**
 * A token counts as played until its last request is older than this share of its lifetime, or these seconds if longer.
 */
const PLAYED_SHARE = 1 / 4;
const PLAYED_SECONDS = 10;
/** Requests within this time are for a playlist and what it names, or come from several players. */
const SAME_MOMENT_SECONDS = 1;
/** The time that a request may need to reach the edge: seconds, or a share of the lifetime if that is less. */
const TRANSIT_SECONDS = 2;
const TRANSIT_SHARE = 0.1;

/** How a token came to the source. */
export interface Provenance {
  /** The number of the call that brought the token; 0 if the page has brought it. */
  readonly call: number;
  /** When the call was sent, by the endpoint's clock. */
  readonly obtainedAt: number;
}

/** A token at hand, and its use. Times are by the endpoint's clock, unless they say otherwise. */
export class HeldToken {
  readonly token: Token;
  /** The kind of the scope, a space, and the URL that the token opens: `url URL`, `path URL` or `folder URL`. */
  readonly scope: string;
  readonly call: number;
  /** Seconds from the call for the token to the end of the token. */
  readonly lifetime: number;
  readonly renewAt: number;
  readonly unusableAt: number;
  /** The URL of the last request that got the token, and its time in seconds of the session. */
  usedBy = '';
  usedAt: number;
  /** The time of the first request that got the token. */
  #usedSince = Infinity;

  constructor(token: Token, scope: string, { call, obtainedAt }: Provenance, settings: RenewalSettings) {
    const { expires } = token;
    // a token that looks expired when it arrives has no lifetime: its margins must not become negative
    const lifetime = Math.max(0, expires - obtainedAt);
    this.token = token;
    this.scope = scope;
    this.usedAt = -Infinity;
    this.call = call;
    this.lifetime = lifetime;
    this.renewAt = renewalTime(expires, lifetime, settings);
    this.unusableAt = expires - Math.min(TRANSIT_SECONDS, lifetime * TRANSIT_SHARE);
  }

  stateAt(now: number): TokenState {
    if (now >= this.unusableAt) return 'spent';
    return now >= this.renewAt ? 'due' : 'fresh';
  }

  get isFolder(): boolean {
    return this.scope.startsWith('folder');
  }

  /** The URL or folder that the token opens. */
  get opens(): string {
    return this.scope.slice(this.scope.indexOf(' ') + 1);
  }

  /** Notes that a request gets the token. @param now seconds of the session */
  use(key: string, now: number): void {
    this.usedBy = key;
    this.usedAt = now;
    this.#usedSince = Math.min(this.#usedSince, now);
  }

  /** Whether any request has got the token. */
  get isUsed(): boolean {
    return this.usedAt > -Infinity;
  }

  /**
   * Whether a player still plays what the token opens: what the viewer of a catalogue has left is not renewed. The
   * requests of one moment say nothing about those that follow.
   * @param now seconds of the session
   */
  isPlayed(now: number): boolean {
    const isOfOneMoment = this.usedAt - this.#usedSince < SAME_MOMENT_SECONDS;
    return isOfOneMoment || now - this.usedAt < Math.max(PLAYED_SECONDS, this.lifetime * PLAYED_SHARE);
  }
}
