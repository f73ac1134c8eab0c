import { inspect } from 'node:util';
import type { AdapterSource } from '../../packages/core/src/adapter.ts';
import type { SignedRequest } from '../../packages/core/src/index.ts';
import { createTokenSource, isSecureTokenError } from '../../packages/core/src/index.ts';
import { CDN, ENDPOINT } from '../unit/core/lab-urls.ts';
import { CallWatch } from './simulator-calls.ts';
import type { Endpoint } from './simulator-endpoint.ts';
import { masterOf, nameOf } from './simulator-media.ts';
import type { Plan } from './simulator-plan.ts';
import type { Random } from './simulator-random.ts';
import type { Mint } from './simulator-tokens.ts';
import { withoutToken } from './simulator-tokens.ts';
import type { World } from './simulator-world.ts';
import { SECRET } from './simulator-world.ts';

const CODES = ['ERR_SIGNING_UNAVAILABLE', 'ERR_SIGNING_RESPONSE', 'ERR_DENIED', 'ERR_DESTROYED'];
const EVENTS = ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied'] as const;

interface Parts {
  readonly plan: Plan;
  readonly world: World;
  readonly mint: Mint;
  readonly endpoint: Endpoint;
  readonly random: Random;
}

/** The time-out of `replay-of.ts`; seconds. */
const FORGETTING = 5;
/** Seconds for which a request may wait while all is well: a call that hangs, the longest pause, and the network. */
const LONGEST_WAIT = 10 + 10 + 3;

interface Wait {
  readonly what: string;
  readonly since: number;
  readonly isLoad: boolean;
  /** Watch of the source that the promise waits for. */
  readonly watch: CallWatch;
}

export type Settled<T> = { readonly value: T } | { readonly error: unknown };

/** The token source under test, and what is expected of all that it says. */
export class Subject {
  source!: AdapterSource;
  watch!: CallWatch;
  readonly #parts: Parts;
  readonly #waits = new Map<number, Wait>();
  #number = 0;
  readonly #listed = new Set<string>();

  /** A playlist has arrived: what it names exists. */
  noteListed(text: string): void {
    for (const [, inTag, line] of text.matchAll(/URI="([^"]+)"|^([^#\s].*)$/gm)) this.#listed.add(inTag ?? line!);
  }

  /** A player has shown something. */
  hasPicture = false;
  /** The viewer's clock was slow when the source was made. */
  #isBehind = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#create();
  }

  #create(): void {
    const { plan, world, mint, endpoint, random } = this.#parts;
    const watch = new CallWatch(plan, world, this.#listed);
    this.watch = watch;
    watch.noteActivity();
    endpoint.isTimeKnown = false;
    endpoint.isTimeWrong = false;
    endpoint.isTimeTold = false;
    this.#isBehind = world.viewerOffset < 0;
    const { tokens, minted } = mint.make([masterOf(0)], -plan.lifetime, false);
    if (plan.carrier === 'preset') for (const made of minted) made.deliveredAt = world.now();
    this.source = createTokenSource({
      ...(plan.usesGetTokens
        ? { getTokens: endpoint.tokensFor(watch) }
        : { endpoint: ENDPOINT, fetch: endpoint.fetchFor(watch) }),
      ...(plan.carrier === 'preset' && { tokens }),
      ...(plan.isProtectSet && { protect: `${CDN}/` }),
      ...(plan.renewBefore !== undefined && { renewBefore: plan.renewBefore }),
      jitter: plan.jitter,
      readAhead: plan.readAhead,
      clock: world.viewerMs,
      random: random.next,
    }) as AdapterSource;
    const { source } = this;
    const awaiting = <T>(url: string, promise: Promise<T>): Promise<T> => {
      watch.awaited.push(url);
      return promise.finally(() => watch.awaited.splice(watch.awaited.indexOf(url), 1));
    };
    // what was requested is no name that may never exist, also where no playlist has shown it yet
    const { signNow, sign, refused } = source;
    source.signNow = (url) => {
      this.#listed.add(nameOf(source.unsign(url)));
      return signNow.call(source, url);
    };
    source.sign = (url, ...others) => {
      const asked = source.unsign(url);
      this.#listed.add(nameOf(asked));
      return awaiting(asked, sign.call(source, url, ...others));
    };
    source.refused = (request, ...others) => {
      this.#listed.add(nameOf(request.unsignedUrl));
      return awaiting(request.unsignedUrl, refused.call(source, request, ...others));
    };
    source.allow(masterOf(0));
    for (const type of EVENTS) {
      this.source.addEventListener(type, (event) => {
        if (watch.isDestroyed) world.violate('after destroy', `event ${type} of a source that was destroyed`);
        const { detail } = event as CustomEvent<object>;
        world.log(`event ${type}${'error' in detail ? ` ${String(detail.error)}` : ''}`);
        this.checkSecrets(`event ${type}`, detail);
      });
    }
  }

  /** Checks that nothing which a page may log holds a token. */
  checkSecrets(what: string, said: unknown): void {
    const text = inspect(said, { depth: 6, showHidden: false });
    if (text.includes(SECRET)) this.#parts.world.violate('secrets', `${what} holds a token: ${text}`);
  }

  /**
   * Whether the source can know when its tokens end. By a slow clock that nobody has corrected, tokens live for hours.
   */
  get isClockKnown(): boolean {
    const { endpoint } = this.#parts;
    return !endpoint.isTimeWrong && (endpoint.isTimeTold || !this.#isBehind);
  }

  /** Whether requests wait until an outage of the endpoint ends. */
  get waitsOut(): boolean {
    return this.hasPicture && this.#parts.plan.waitsOut;
  }

  /** Waits for `promise`, and looks at how it ends. @param isLoad it waits for the edge, too */
  async wait<T>(what: string, promise: Promise<T>, signal?: AbortSignal, isLoad = false): Promise<Settled<T>> {
    const { world } = this.#parts;
    const number = ++this.#number;
    this.#waits.set(number, { what, since: world.now(), isLoad, watch: this.watch });
    try {
      return { value: await promise };
    } catch (error) {
      const isOurs = isSecureTokenError(error) && error instanceof Error && CODES.includes(error.code);
      const isCallers = signal?.aborted === true && error === signal.reason;
      world.log(`  ${what}: ${String(error)}`);
      if (!isOurs && !isCallers) world.violate('reasons', `${what} was rejected with ${inspect(error)}`);
      this.checkSecrets(`the rejection of ${what}`, error);
      return { error };
    } finally {
      this.#checkLength(this.#waits.get(number)!);
      this.#waits.delete(number);
    }
  }

  #checkLength({ what, since }: Wait): void {
    const { world, endpoint } = this.#parts;
    const waited = world.now() - Math.max(since, world.wellSince, endpoint.retryUntil);
    if (waited > LONGEST_WAIT)
      world.violate('settles', `${what} has waited for ${waited.toFixed(1)} s while all was well`);
  }

  /** Checks that nothing has waited since `since`, or longer. */
  checkWaits(since: number, why: string, ofLoads = true): void {
    const { world } = this.#parts;
    for (const wait of this.#waits.values()) {
      // a source that was destroyed may be replaced, and asked, in the same moment
      if (wait.since > since || (!ofLoads && (wait.isLoad || !wait.watch.isDestroyed))) continue;
      world.violate('settles', `${wait.what} waits since ${wait.since.toFixed(3)} s, ${why}`);
    }
  }

  /** Checks a request at the moment in which a token was attached. @param asked as the player has asked for it */
  checkSigned(
    { url, headers, credentials }: Pick<SignedRequest, 'url' | 'headers' | 'credentials'>,
    asked: string,
  ): void {
    const { plan, world, mint, endpoint } = this.#parts;
    const unsigned = this.source.unsign(url);
    if (unsigned !== asked) world.violate('unsign', `${asked} was signed, and is ${unsigned} without its token`);
    if (withoutToken(url) !== asked) world.violate('unsign', `${asked} became ${url}`);
    const token = mint.of({ url, headers, credentials });
    if (!token || !endpoint.isTimeKnown) return;
    const age = world.unix() - token.expires;
    // whoever has waited for it gets it as it comes, dead or alive; but then the browser may have to forget a 410 first
    const isNew = world.now() - token.deliveredAt < (plan.refusal === 410 ? FORGETTING : 0.05);
    const after = `${age.toFixed(3)} s after its end`;
    if (age >= 0 && !isNew) world.violate('stale', `${asked} got a token ${after}`);
  }

  async renew(): Promise<void> {
    this.watch.noteRenewal();
    await this.wait('renew()', this.source.renew());
  }

  /** @param isReplaced by a new one, as by a player that is loaded anew */
  destroy(isReplaced: boolean): void {
    this.#parts.world.log(`destroy${isReplaced ? ', and a new one' : ''}`);
    this.watch.isDestroyed = true;
    this.source.destroy();
    if (isReplaced) this.#create();
  }
}
