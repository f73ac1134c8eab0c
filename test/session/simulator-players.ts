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
} from './simulator-media.ts';
import type { Plan } from './simulator-plan.ts';
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
  /** From here on all requests have to succeed. */
  readonly isRecovered: () => boolean;
}

/** What a viewer does with one player. */
export class Player {
  readonly #parts: Parts;
  readonly #name: string;

  constructor(name: string, parts: Parts) {
    this.#name = name;
    this.#parts = parts;
  }

  play(): Promise<void> {
    const { session } = this.#parts.plan;
    if (session === 'on demand') return this.#onDemand();
    if (session === 'live' || session === 'low latency') return this.#live(session === 'low latency');
    if (session === 'hops') return this.#hops();
    return this.#name === '1' ? this.#onDemand() : this.#live(false);
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
    const outcome = await send(url, controller.signal);
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

  /** Until it is there, as a player does; not for ever. @returns whether it is */
  async #get(url: string, tries = 3): Promise<boolean> {
    const { world, random, isOver } = this.#parts;
    for (let left = tries; left > 0 && !isOver(); left--) {
      if ((await this.#request(url)) === 'done') return true;
      await world.pause(random.between(0.5, 3));
    }
    return false;
  }

  /** Now and then for longer than any token lives. */
  async #mayPause(): Promise<void> {
    const { plan, world, random, isRecovered } = this.#parts;
    if (isRecovered() || !random.chance(plan.pauseShare)) return;
    world.log(`${this.#name} pauses`);
    await world.pause(plan.lifetime * 2 + 200);
  }

  async #start(master: string, media: string): Promise<void> {
    const { isOver } = this.#parts;
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
      await this.#get(segmentOf(0, position++ % SEGMENTS));
      if (random.chance(0.05)) await this.#request('https://evil.test/vod/x/beacon.js?st=theirs');
      if (buffered > 3) await world.pause(random.between(2, SEGMENT_SECONDS + 1));
      await this.#mayPause();
    }
  }

  async #live(isLowLatency: boolean): Promise<void> {
    const { world, random, isOver } = this.#parts;
    const asset = isLowLatency ? 2 : 1;
    await this.#start(liveMaster(asset), liveMedia(asset));
    let next = edgeAt(world.now()) - 2;
    for (let reload = 0; !isOver(); reload++) {
      const last = edgeAt(world.now());
      const part = Math.floor(world.now()) % SEGMENT_SECONDS;
      const skip = reload % 3 === 2 ? '&_HLS_skip=YES' : '';
      const query = isLowLatency ? `?_HLS_msn=${last + 1}&_HLS_part=${part}${skip}` : '';
      if (!(await this.#get(liveMedia(asset) + query))) continue;
      if (isLowLatency) {
        await this.#get(partOf(asset, last + 1, part), 1);
      } else {
        for (next = Math.max(next, last - 4); next <= last && !isOver(); next++) {
          await this.#get(liveSegment(asset, next), 2);
        }
      }
      await world.pause(isLowLatency ? random.between(0.7, 1.1) : SEGMENT_SECONDS - random.next());
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
        await this.#get(segmentOf(asset, n));
        await world.pause(random.between(0.2, 4));
      }
      await this.#mayPause();
    }
  }
}
