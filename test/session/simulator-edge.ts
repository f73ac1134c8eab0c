import type { Plan } from './simulator-plan.ts';
import type { Random } from './simulator-random.ts';
import { textOf } from './simulator-media.ts';
import type { Mint, Minted, Wire } from './simulator-tokens.ts';
import { withoutToken } from './simulator-tokens.ts';
import type { World } from './simulator-world.ts';

export interface EdgeAnswer {
  readonly status: number;
  readonly text: string;
}

/** The CDN: checks tokens, and fails as its faults say. */
export class Edge {
  /** Number of refused requests, whatever became of them. */
  refused = 0;
  requests = 0;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #mint: Mint;
  readonly #random: Random;

  constructor(plan: Plan, world: World, mint: Mint, random: Random) {
    this.#plan = plan;
    this.#world = world;
    this.#mint = mint;
    this.#random = random;
  }

  async serve(wire: Wire): Promise<EdgeAnswer> {
    const world = this.#world;
    const url = withoutToken(wire.url);
    const token = this.#mint.of(wire);
    this.requests++;
    // also of requests that never arrive: they have left the player
    this.#checkScope(wire, url, token);
    await world.pause(this.#random.between(0.02, 0.3));
    const failing = world.fault('edge fails');
    if (!world.isOnline) return { status: 0, text: '' };
    if (failing && this.#random.chance(0.6)) {
      if (failing.degree > 0.6) await world.pause(this.#random.between(1, 20));
      return { status: failing.degree < 0.3 ? 0 : 503, text: '' };
    }
    const why = this.#reasonAgainst(url, token);
    if (!why) return { status: 200, text: textOf(url, world.now()) };
    this.refused++;
    world.log(`edge refuses ${url}: ${why}`);
    return { status: this.#plan.isWithoutCors ? 0 : this.#plan.refusal, text: '' };
  }

  #reasonAgainst(url: string, token: Minted | undefined): string | undefined {
    if (!url.startsWith('https://cdn.test/')) return undefined;
    if (!token) return 'no token';
    if (token.isForged) return 'forged';
    if (!token.opens(url)) return 'scope';
    if (token.generation !== this.#mint.generation) return 'rotated';
    if (token.expires <= this.#world.unix()) return 'expired';
    return this.#world.fault('edge refuses some') && this.#random.chance(0.25) ? 'mood' : undefined;
  }

  #checkScope({ url: sent, credentials, headers }: Wire, url: string, token: Minted | undefined): void {
    if (token && !token.opens(url)) this.#world.violate('scope', `${url} carries the token of another scope`);
    const isForeign = !url.startsWith('https://cdn.test/');
    const hasToken = sent !== url || credentials || 'x-token' in headers;
    if (isForeign && hasToken) this.#world.violate('scope', `${url} is not protected, but carries a token`);
  }
}
