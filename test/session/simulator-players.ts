import { isLeftBehind } from '../../packages/core/src/adapter.ts';
import {
  SEGMENTS,
  SEGMENT_SECONDS,
  edgeAt,
  liveMaster,
  liveMedia,
  liveSegment,
  masterOf,
  mediaOf,
  partOf,
  segmentOf,
  windowStartAt,
} from './simulator-media.ts';
import type { Plan } from './simulator-plan.ts';
import { Playhead } from './simulator-playhead.ts';
import type { Random } from './simulator-random.ts';
import type { Outcome, Send } from './simulator-requests.ts';
import type { Subject } from './simulator-subject.ts';
import type { World } from './simulator-world.ts';

/** Endpoint and edge are well: after a fault a little later, for refusals in a row end replays for ten seconds. */
const GRACE = 15;

interface Parts {
  readonly plan: Plan;
  readonly world: World;
  readonly subject: Subject;
  readonly random: Random;
  readonly send: Send;
  readonly isOver: () => boolean;
  /** Whether all requests have to succeed from here on. */
  readonly isRecovered: () => boolean;
}

/** A player, and what a viewer does with it. */
export class Player {
  readonly #parts: Parts;
  readonly #name: string;
  /** Second since which media are wanted; `undefined` while there is enough, or the viewer pauses. */
  #lacksSince: number | undefined;
  /** The playhead of a live player that does not follow the window by itself. */
  #playhead: Playhead | undefined;
  /** Second at which the request under way has begun. */
  #askedAt = Infinity;

  constructor(name: string, parts: Parts) {
    this.#name = name;
    this.#parts = parts;
  }

  play(): Promise<void> {
    const { plan } = this.#parts;
    const { session } = plan;
    if (session === 'on demand') return this.#onDemand();
    if (session === 'low latency') return this.#lowLatency();
    if (session === 'hops') return this.#hops();
    if (session === 'shared' && this.#name === '1') return this.#onDemand();
    return plan.isFollowing ? this.#live() : this.#staying();
  }

  async #request(url: string): Promise<Outcome> {
    const { plan, world, subject, random, send, isRecovered } = this.#parts;
    const controller = new AbortController();
    const startedAt = world.now();
    const { healthySince } = world;
    const isStrict = isRecovered();
    const { isClockKnown } = subject;
    subject.watch.noteActivity();
    world.log(`${this.#name} ${url}`);
    const stop =
      random.chance(plan.abortShare) &&
      world.later(random.between(0, 1), () => {
        world.log(`${this.#name} aborts ${url}`);
        controller.abort(Error('the viewer has gone on'));
      });
    this.#askedAt = startedAt;
    const outcome = await send(url, controller.signal);
    this.#askedAt = Infinity;
    if (stop) stop();
    subject.watch.noteActivity();
    if (outcome !== 'done') world.log(`${this.#name} ${url}: ${outcome}`);
    const what = `${url}, asked for at ${startedAt.toFixed(3)} s, was ${outcome}`;
    // a refusal without CORS headers is no answer, and without a clock nobody can tell it from a network that fails
    const isUnknown = outcome === 'unanswered' && !isClockKnown;
    const isRefused = outcome === 'refused' || (outcome === 'unanswered' && !isUnknown);
    if (isRefused && healthySince + GRACE < startedAt && world.healthySince === healthySince) {
      world.violate('healthy', `${what} while endpoint and edge are healthy`);
    }
    if (isStrict && outcome !== 'done' && outcome !== 'aborted' && !isUnknown) {
      world.violate('recovery', `${what} though all faults have ended`);
    }
    return outcome;
  }

  /** Checks that the viewer has not waited for a picture since `since`, or longer. */
  checkPicture(since: number): void {
    // one that waits for its token is seen by its wait, one that hangs at the edge is no business of tokens
    const isAsking = this.#askedAt <= since;
    const lacksSince = this.#playhead && !isAsking ? this.#playhead.drySince : this.#lacksSince;
    if (lacksSince !== undefined && lacksSince <= since)
      this.#parts.world.violate('picture', `player ${this.#name} has none since ${lacksSince.toFixed(3)} s`);
  }

  /** Media that have to be there before the viewer can see more. @returns whether they are */
  async #getMedia(url: string, tries?: number): Promise<boolean> {
    const { world, subject } = this.#parts;
    this.#lacksSince ??= world.now();
    const isThere = await this.#get(url, tries);
    if (isThere) {
      this.#lacksSince = undefined;
      subject.hasPicture = true;
    }
    return isThere;
  }

  /** Asks for `url` until it is there, as a player does, but not for ever. @returns whether it is */
  async #get(url: string, tries = 3): Promise<boolean> {
    const { world, random, isOver } = this.#parts;
    for (let left = tries; left > 0 && !isOver(); left--) {
      if ((await this.#request(url)) === 'done') return true;
      await world.pause(random.between(0.5, 3));
    }
    return false;
  }

  /** Pauses now and then for longer than any token lives. */
  async #mayPause(): Promise<void> {
    const { plan, world, random, isRecovered } = this.#parts;
    if (isRecovered() || !random.chance(plan.pauseShare)) return;
    world.log(`${this.#name} pauses`);
    this.#lacksSince = undefined;
    await world.pause(plan.lifetime * 2 + 200);
  }

  async #start(master: string, media: string): Promise<void> {
    const { world, isOver } = this.#parts;
    this.#lacksSince ??= world.now();
    while (!isOver() && !((await this.#get(master)) && (await this.#get(media))));
  }

  async #onDemand(): Promise<void> {
    const { world, random, isOver } = this.#parts;
    await this.#start(masterOf(0), mediaOf(0));
    let position = 0;
    for (let buffered = 0; !isOver(); buffered++) {
      if (random.chance(0.06)) {
        position = random.whole(0, SEGMENTS - 1);
        buffered = 0;
      }
      await this.#getMedia(segmentOf(0, position++ % SEGMENTS));
      if (random.chance(0.05)) await this.#request('https://evil.test/vod/x/beacon.js?st=theirs');
      if (buffered > 3) await world.pause(random.between(2, SEGMENT_SECONDS + 1));
      await this.#mayPause();
    }
  }

  async #live(): Promise<void> {
    const { world, random, isOver } = this.#parts;
    await this.#start(liveMaster(1), liveMedia(1));
    let next = edgeAt(world.now()) - 2;
    while (!isOver()) {
      const last = edgeAt(world.now());
      if (!(await this.#get(liveMedia(1)))) continue;
      for (next = Math.max(next, last - 4); next <= last && !isOver(); next++) {
        await this.#getMedia(liveSegment(1, next), 2);
      }
      await world.pause(SEGMENT_SECONDS - random.next());
      await this.#mayPause();
    }
  }

  /**
   * Stays where it is, as hls.js and dash.js can, also when that has left the window. The rule of the adapters helps.
   */
  async #staying(): Promise<void> {
    const { world, random, isOver } = this.#parts;
    await this.#start(liveMaster(1), liveMedia(1));
    let next = edgeAt(world.now()) - 2;
    const playhead = new Playhead(world, next * SEGMENT_SECONDS);
    this.#playhead = playhead;
    while (!isOver()) {
      if (!(await this.#get(liveMedia(1)))) continue;
      const [first, last] = [windowStartAt(world.now()), edgeAt(world.now())];
      if (isLeftBehind(playhead, first * SEGMENT_SECONDS)) {
        next = last - 2;
        playhead.seek(next * SEGMENT_SECONDS);
        world.log(`${this.#name} goes on at the live edge`);
      }
      // it asks for nothing that the playlist does not have
      for (; next >= first && next <= last && !isOver(); next++) {
        if (!(await this.#getMedia(liveSegment(1, next), 2))) break;
        playhead.append(SEGMENT_SECONDS);
      }
      await world.pause(SEGMENT_SECONDS - random.next());
      await playhead.pause(this.#mayPause());
    }
  }

  async #lowLatency(): Promise<void> {
    const { world, random, isOver } = this.#parts;
    await this.#start(liveMaster(2), liveMedia(2));
    for (let reload = 0; !isOver(); reload++) {
      const last = edgeAt(world.now());
      const part = Math.floor(world.now()) % SEGMENT_SECONDS;
      const skip = reload % 3 === 2 ? '&_HLS_skip=YES' : '';
      if (!(await this.#get(`${liveMedia(2)}?_HLS_msn=${last + 1}&_HLS_part=${part}${skip}`))) continue;
      await this.#getMedia(partOf(2, last + 1, part), 1);
      await world.pause(random.between(0.7, 1.1));
      await this.#mayPause();
    }
  }

  async #hops(): Promise<void> {
    const { world, random, isOver } = this.#parts;
    while (!isOver()) {
      const asset = random.whole(0, 9);
      await this.#start(masterOf(asset), mediaOf(asset));
      const from = random.whole(0, SEGMENTS - 10);
      for (let n = from; n < from + random.whole(1, 6) && !isOver(); n++) {
        await this.#getMedia(segmentOf(asset, n));
        await world.pause(random.between(0.2, 4));
      }
      await this.#mayPause();
    }
  }
}
