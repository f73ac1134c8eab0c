import type { TokenRequest } from '../../packages/core/src/index.ts';
import { isLiveMedia, nameOf } from './simulator-media.ts';
import type { Plan } from './simulator-plan.ts';
import { folderOf } from './simulator-tokens.ts';
import type { World } from './simulator-world.ts';

/** A call to the signing endpoint under way. */
export interface WatchedCall {
  readonly urls: readonly string[];
  readonly scopes: readonly string[];
  /** URLs of the call that no player has seen in a playlist: the source has inferred their names. */
  readonly predicted: ReadonlySet<string>;
  /** Whether the source had a token of `scope` before the call, so that one token serves all requests of that scope. */
  readonly isScopeKnown: (scope: string) => boolean;
  isOver: boolean;
  /** Notes that the call brings tokens. */
  readonly brings: () => void;
  /** Notes URLs for which the call brings no token, and which must not be asked for again. */
  readonly denies: (urls: readonly string[], isWholeCall: boolean) => void;
  readonly end: (how: string) => void;
}

/** Calls in a row of failures that a window may see: five quick ones, then pauses of up to half a minute. */
const WINDOW = 20;
const MAX_IN_WINDOW = 12;
/** Calls side by side for what was wanted in different tasks before the first failure. */
const MAX_SIDE_BY_SIDE = 8;
/** Calls that a failed batch may become when it is split. */
const MAX_PARTS = 9;
/** Calls that may begin anew when a pause is ended. */
const PER_WAKE = 6;
/** Seconds in which a renewal for nobody is tried: five times, with half a minute between. */
const LAST_TRIES = 150;

/** Looks at the calls of one source. */
export class CallWatch {
  count = 0;
  isDestroyed = false;
  /** The last request or renew() of a player; seconds of the run. */
  lastActivity = 0;
  #awakeThen = 0;
  /** Times of `online` and `renew()`, which end a pause. */
  readonly wakes: number[] = [];
  readonly #plan: Plan;
  readonly #world: World;
  readonly #underWay = new Set<WatchedCall>();
  readonly #known = new Set<string>();
  /** The URLs for whose tokens players wait. */
  readonly awaited: string[] = [];
  /** URLs that were denied to a player, until `renew()`. */
  readonly #denied = new Set<string>();
  #logins = 0;
  /** Times of calls while all calls fail. */
  #failing: number[] = [];
  #splits: number[] = [];
  /** Renewals since the last activity, by scope. */
  #idle = new Map<string, number>();

  readonly #listed: ReadonlySet<string>;

  /** @param listed the names that players have seen in playlists */
  constructor(plan: Plan, world: World, listed: ReadonlySet<string>) {
    this.#plan = plan;
    this.#world = world;
    this.#listed = listed;
  }

  /** A player wants something. */
  noteActivity(): void {
    this.lastActivity = this.#world.now();
    this.#awakeThen = this.#world.awake();
    this.#idle.clear();
  }

  /** `renew()`: denials are lifted, and a pause ends. */
  noteRenewal(): void {
    this.noteActivity();
    this.wakes.push(this.#world.now());
    this.#denied.clear();
    this.#logins++;
  }

  begins({ urls, reason }: TokenRequest): WatchedCall {
    const world = this.#world;
    const number = ++this.count;
    world.log(`call ${number} ${reason} ${urls.join(' ')}`);
    // only of those that were known when it began, and asked for as such
    const known = new Set(reason === 'initial' ? [] : this.#known);
    const logins = this.#logins;
    const call: WatchedCall = {
      urls,
      scopes: urls.map((url) => this.#scopeOf(url)),
      predicted: new Set(urls.filter((url) => isLiveMedia(url) && !this.#listed.has(nameOf(url)))),
      isScopeKnown: (scope) => known.has(scope),
      isOver: false,
      brings: () => {
        for (const scope of call.scopes) this.#known.add(scope);
      },
      denies: (denied, isWholeCall) => {
        // a denial is for the viewer before the log-in
        if (logins !== this.#logins) return;
        // what is denied ahead of use is asked for again once a player requests it
        for (const url of denied) if (isWholeCall || this.awaited.includes(url)) this.#denied.add(url);
      },
      end: (how) => this.ends(call, how),
    };
    if (this.isDestroyed) world.violate('after destroy', `call ${number} of a source that was destroyed`);
    if (urls.length > 100) world.violate('batch', `call ${number} asks for ${urls.length} URLs`);
    const denied = urls.find((url) => this.#denied.has(url));
    if (denied) world.violate('denied', `call ${number} asks for ${denied}, which was denied`);
    this.#checkSingleFlight(call, number);
    this.#checkRate(number);
    this.#checkUse(call, number);
    this.#underWay.add(call);
    return call;
  }

  ends(call: WatchedCall, how: string): void {
    if (call.isOver) return;
    call.isOver = true;
    this.#underWay.delete(call);
    this.#world.log(`  answered: ${how}`);
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  #scopeOf(url: string): string {
    const { carrier } = this.#plan;
    if (carrier === 'url' || carrier === 'unscoped') return url;
    return carrier === 'anyQuery' ? url.split('?')[0]! : folderOf(url);
  }

  #checkSingleFlight(call: WatchedCall, number: number): void {
    const twice = call.urls.filter((url, index) => call.urls.indexOf(url) !== index);
    const shared = call.scopes.filter((it, index) => call.scopes.indexOf(it) !== index && call.isScopeKnown(it));
    for (const other of this.#underWay) {
      twice.push(...call.urls.filter((url) => other.urls.includes(url)));
      shared.push(
        ...call.scopes.filter(
          (scope) => call.isScopeKnown(scope) && other.isScopeKnown(scope) && other.scopes.includes(scope),
        ),
      );
    }
    if (twice.length > 0) this.#world.violate('single flight', `call ${number} asks once more for ${twice[0]!}`);
    else if (shared.length > 0) this.#world.violate('single flight', `call ${number} asks once more for ${shared[0]!}`);
  }

  /** Checks that there are pauses while nothing but failures comes back. */
  #checkRate(number: number): void {
    const world = this.#world;
    const now = world.now();
    const down = world.fault('fails with 500', 'fails with 503', 'drops', 'limited', 'offline');
    if (!down) {
      this.#failing = [];
      this.#splits = [];
      return;
    }
    const isRecent = (at: number): boolean => now - at < WINDOW;
    if (this.#underWay.size >= MAX_SIDE_BY_SIDE) {
      world.violate('rate', `call ${number} is one of ${this.#underWay.size + 1} side by side while "${down.kind}"`);
    }
    // those that failed side by side go on side by side: one moment
    if (this.#failing.at(-1) === now) return;
    this.#failing = [...this.#failing.filter(isRecent), now];
    if (down.kind === 'fails with 500') this.#splits = [...this.#splits.filter(isRecent), now];
    // of calls that fail with 500 all but one in nine may be parts of one that was split
    const parts = this.#splits.length * (1 - 1 / MAX_PARTS);
    const calls = this.#failing.length - parts;
    const max = MAX_IN_WINDOW + this.wakes.filter(isRecent).length * PER_WAKE;
    if (calls > max) world.violate('rate', `call ${number} is one of ${calls} in ${WINDOW} s while "${down.kind}"`);
  }

  #checkUse({ scopes }: WatchedCall, number: number): void {
    const world = this.#world;
    const idle = world.awake() - this.#awakeThen;
    if (idle > this.#plan.lifetime + LAST_TRIES) {
      world.violate('unused', `call ${number}, ${idle.toFixed(0)} s after the last request`);
    }
    for (const scope of scopes) {
      const before = this.#idle.get(scope) ?? 0;
      this.#idle.set(scope, before + 1);
      // the one that was under way, and a renewal that is never used
      if (before >= 2 && world.healthySince < this.lastActivity - 60) {
        world.violate('unused', `call ${number} is renewal ${before + 1} of ${scope} since the last request`);
      }
    }
  }
}
