import { CDN } from '../unit/core/lab-urls.ts';
import type { Token } from '../../packages/core/src/index.ts';
import type { Plan } from './simulator-plan.ts';
import { hash } from './simulator-random.ts';
import type { World } from './simulator-world.ts';
import { SECRET } from './simulator-world.ts';

/** A token that was made, as endpoint and edge know it. */
export interface Minted {
  readonly id: string;
  readonly opens: (url: string) => boolean;
  /** True unix seconds. */
  readonly expires: number;
  readonly generation: number;
  readonly isForged: boolean;
  readonly isCookie: boolean;
  /** Second of the run at which the token reached the viewer. */
  deliveredAt: number;
}

/** A request as it goes over the wire. */
export interface Wire {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: boolean;
}

export const folderOf = (url: string): string => /^https:\/\/[^/]+\/\w+\/\w+\//.exec(url)![0];
const pathOf = (url: string): string => url.split('?')[0]!;

/** Returns a URL without its token, by rules of the simulator, not by those of the core. */
export const withoutToken = (url: string): string =>
  url
    .replace(new RegExp(`/${SECRET}[^/?]*(?=/)`), '')
    .replace(new RegExp(`([?&])st=${SECRET}[^&#]*&`), '$1')
    .replace(new RegExp(`[?&]st=${SECRET}[^&#]*`), '');

/** Makes tokens of one kind and knows them again. */
export class Mint {
  /** A rotation of the secret makes it grow. */
  generation = 1;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #byId = new Map<string, Minted>();
  #serial = 0;

  constructor(plan: Plan, world: World) {
    this.#plan = plan;
    this.#world = world;
  }

  /** Tokens for `urls`, and what they are. @param age how long ago they have ended; negative: how long they live */
  make(urls: readonly string[], age: number, isForged: boolean): { tokens: Token[]; minted: Minted[] } {
    const { carrier } = this.#plan;
    const expires = Math.floor(this.#world.unix() - age);
    const minted: Minted[] = [];
    const mint = (of: string, opens: Minted['opens'], isCookie = false): string => {
      const serial = this.#plan.isPerSecond && !isForged ? '' : `-${++this.#serial}`;
      const id = `${SECRET}${this.generation}-${expires}-${hash(of).toString(36)}${serial}`;
      const { generation } = this;
      const known = this.#byId.get(id);
      const made = known ?? { id, opens, expires, generation, isForged, isCookie, deliveredAt: Infinity };
      this.#byId.set(id, made);
      minted.push(made);
      return id;
    };
    const queryOf = (id: string) => ({ query: { st: id }, expires });
    if (carrier === 'unscoped') {
      const asked = new Set(urls);
      return { tokens: [queryOf(mint([...urls].join(), (url) => asked.has(url)))], minted };
    }
    if (carrier === 'url') {
      const tokens = urls.map((url) => ({ url, ...queryOf(mint(url, (other) => other === url)) }));
      return { tokens, minted };
    }
    if (carrier === 'anyQuery') {
      const tokens = urls.map((url) => {
        const path = pathOf(url);
        return { url: path, anyQuery: true, ...queryOf(mint(path, (other) => pathOf(other) === path)) };
      });
      return { tokens, minted };
    }
    const tokens = [...new Set(urls.map(folderOf))].map((prefix): Token => {
      const id = mint(prefix, (url) => url.startsWith(prefix), carrier === 'cookie');
      if (carrier === 'header') return { prefix, expires, headers: { 'x-token': id } };
      if (carrier === 'cookie') return { prefix, expires, credentials: true };
      if (carrier === 'path') return { prefix, expires, base: prefix.replace(CDN, `${CDN}/${id}`) };
      return { prefix, ...queryOf(id) };
    });
    return { tokens, minted };
  }

  /** The token that a request carries. */
  of({ url, headers, credentials }: Wire): Minted | undefined {
    const text = `${url} ${headers['x-token'] ?? ''}`;
    const id = new RegExp(`${SECRET}[\\w-]+`).exec(text)?.[0];
    if (id) return this.#byId.get(id);
    return credentials ? this.#cookieFor(withoutToken(url)) : undefined;
  }

  /** The browser's jar: the cookie that came last. */
  #cookieFor(url: string): Minted | undefined {
    let latest: Minted | undefined;
    for (const made of this.#byId.values()) {
      if (!made.isCookie || made.deliveredAt === Infinity || !made.opens(url)) continue;
      if (!latest || made.deliveredAt >= latest.deliveredAt) latest = made;
    }
    return latest;
  }
}
