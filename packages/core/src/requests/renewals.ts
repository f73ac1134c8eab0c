import type { TokenQueue } from '../calls/token-queue.ts';
import { MAX_URLS_PER_CALL } from '../contract/options.ts';
import type { Playlist, ReadAhead, SourceAhead } from '../contract/playlist.ts';
import type { SourceContext } from '../source-context.ts';
import type { HeldToken } from '../tokens/held-token.ts';
import { resolveUrl } from '../url-text.ts';

/** The shortest and the longest time between two checks, in seconds: machines sleep, and clocks are set. */
const SOONEST = 0.25;
const LATEST = 10;
/** Seconds between two checks while a token is due: the call may not have been made, or not have brought another one. */
const WHILE_DUE = 1;
/** Tokens that will be due within these seconds are renewed in the call for one that is due. */
const TOGETHER = 1;
/** The token of a playlist comes along in a call for names once less than this share of its lifetime is left. */
const PLAYLIST_SHARE = 7 / 8;
/** The largest length of a name that is read ahead, in characters: a playlist may have thousands of them. */
const LONGEST_NAME = 2000;

/** Decides which tokens are renewed, and which names are signed ahead of their use. */
export class Renewals {
  readonly #context: SourceContext;
  readonly #queue: TokenQueue;
  #ahead: ReadAhead | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(context: SourceContext, queue: TokenQueue) {
    this.#context = context;
    this.#queue = queue;
  }

  /** Notes that a request for `key` gets a token. */
  attached(key: string, held: HeldToken): void {
    const { store, clock } = this.#context;
    // a segment is requested once, so the token of one URL is renewed at its second request at the earliest
    const isUsedAgain = held.isFolder || held.isUsed;
    held.use(key, clock.sessionNow());
    if (isUsedAgain && store.stateOf(held) === 'due') this.#queue.ask(key, 'expiring');
    if (!held.isFolder) this.#ahead?.requested(key, false);
    else if (this.#timer === undefined) this.#check();
  }

  /** Asks for what goes out in the same call as a request for `key` that waits: next names, tokens of other folders. */
  comeAlong(key: string): void {
    const { store, clock } = this.#context;
    this.#ahead?.requested(key, true);
    for (const { isFolder, usedBy } of store.inUse(clock.sessionNow()))
      if (isFolder && !store.isUsable(store.find(usedBy))) this.#queue.ask(usedBy, 'expired');
  }

  /** Renews all tokens in use, and as many of single URLs as one call has places for. @throws as `TokenSource.sign` */
  async renewAll(): Promise<void> {
    const used = this.#context.store.inUse(this.#context.clock.sessionNow());
    const folders = used.filter(({ isFolder }) => isFolder);
    const others = used.filter(({ isFolder }) => !isFolder).slice(-MAX_URLS_PER_CALL);
    await Promise.all([...folders, ...others].map(({ usedBy }) => this.#queue.obtain(usedBy, 'expiring')));
  }

  /** Signs the next names of a playlist ahead, unless its token opens their folder. @param key the key of the playlist */
  learn(key: string, playlist: Playlist): void {
    const { store, settings } = this.#context;
    const held = store.find(key);
    if (!settings.readAhead || (held?.isFolder && store.isUsable(held))) return;
    this.#ahead ??= playlist.createReadAhead(this.#sourceAhead());
    this.#ahead.learn(key, playlist);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ahead?.stop();
  }

  /** Renews the tokens of folders that are played, before they end, and comes back for the others. */
  #check(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { store, clock, isIdle } = this.#context;
    if (isIdle()) return;
    const now = clock.now();
    // a token that no request has got since its call is not renewed once more
    const used = [...store.all()].filter((held) => held.isFolder && held.isUsed && store.isUsable(held));
    // the endpoint may have answered with a token for a deeper folder, or for single URLs, which requests use by now
    const isPlayed = (held: HeldToken): boolean =>
      held.isPlayed(clock.sessionNow()) && store.find(held.usedBy) === held;
    const isDue = used.some((held) => now >= held.renewAt && isPlayed(held));
    for (const held of used)
      if (isDue && now + TOGETHER >= held.renewAt && isPlayed(held)) this.#queue.ask(held.usedBy, 'expiring');
    const later = used.filter((held) => now < held.renewAt).map((held) => held.renewAt - now);
    const next = Math.min(...later, isDue ? WHILE_DUE : Infinity);
    if (next < Infinity)
      this.#timer = setTimeout(() => this.#check(), Math.min(LATEST, Math.max(SOONEST, next)) * 1000);
  }

  /** Returns the part of the source that the read-ahead uses. */
  #sourceAhead(): SourceAhead {
    const { settings, clock, store, urls, protection } = this.#context;
    const queue = this.#queue;
    return {
      settings,
      clock,
      queue,
      keyOf(uri, base) {
        const url = resolveUrl(uri, base);
        return url && url.length <= LONGEST_NAME ? urls.read(url).key : '';
      },
      lifetimeOf(key) {
        const held = store.find(key);
        return held?.isFolder ? undefined : held?.lifetime;
      },
      renewPlaylist(key) {
        const held = store.find(key);
        if (!held || held.isFolder) return;
        const secondsLeft = held.token.expires - clock.now();
        if (secondsLeft < held.lifetime * PLAYLIST_SHARE) queue.ask(key, 'expiring');
      },
      isCovered: (key) =>
        store.isUsable(store.find(key)) || queue.isAskedFor(key) || queue.isHopeless(key) || !protection.covers(key),
    };
  }
}
