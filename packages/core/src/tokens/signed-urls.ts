import type { CarriedRequest, Carrier, CarrierState } from '../carriers/carrier.ts';
import { LEAST_SECRET } from '../carriers/carrier.ts';
import { CARRIERS } from '../carriers/carriers.ts';
import type { Token } from '../contract/token.ts';
import { resolveUrl } from '../url-text.ts';

/** A requested URL, parsed once. */
export interface KnownUrl {
  /**
   * The URL as it was asked for, and as the browser writes it: absolute, without fragment; empty if it is not http(s).
   */
  readonly asked: string;
  readonly href: string;
  /** The URL as it was asked for, without a token. */
  readonly unsigned: string;
  /** The identity of the URL: `unsigned` as the browser writes it. */
  readonly key: string;
}

type CarrierName = keyof typeof CARRIERS;

interface KnownCarrier {
  readonly name: CarrierName;
  readonly carrier: Carrier<unknown>;
  readonly state: CarrierState<unknown>;
}

const ROWS = /* @__PURE__ */ Object.entries(CARRIERS) as [CarrierName, Carrier<unknown>][];

/** Returns the texts of a token that no error or log may quote. */
export const secretsOf = (token: Token): string[] =>
  ROWS.flatMap(([name, carrier]) => (token[name] === undefined ? [] : carrier.secretsOf(token[name])));

/** Puts tokens into requests, and takes them out of URLs, those of earlier tokens too. */
export class SignedUrls {
  readonly #carriers: readonly KnownCarrier[];

  /** @param leastSecret the length of the shortest part of a token that is recognised on any host, in characters */
  constructor(leastSecret: number = LEAST_SECRET) {
    this.#carriers = ROWS.map(([name, carrier]) => ({ name, carrier, state: carrier.createState(leastSecret) }));
  }

  /** Notes how `token` looks in URLs. @param opened the URL or folder that it opens, absolute */
  note(token: Token, opened: string): void {
    for (const { name, state } of this.#carriers) if (token[name] !== undefined) state.note(token[name], opened);
  }

  /** Notes how a token looks that is known only by a URL without and with it. Both are absolute. */
  noteDifference(signed: string, unsigned: string): void {
    for (const { carrier, state } of this.#carriers) {
      const found = carrier.find(signed, unsigned);
      if (found) state.note(found.value, found.opened);
    }
  }

  read(url: string): KnownUrl {
    return this.#withoutTokens(url, resolveUrl(url));
  }

  /** Reads again a URL that was read before an answer showed how its tokens look. */
  readAgain({ asked, href }: KnownUrl): KnownUrl {
    return this.#withoutTokens(asked, href);
  }

  /** Returns the key that a key of before has now. */
  currentKey(key: string): string {
    return this.#withoutTokens(key, key).key;
  }

  /** Returns the request for a URL with a token. @param opened the URL or folder that the token opens, absolute */
  sign({ unsigned }: KnownUrl, token: Token, opened: string): CarriedRequest {
    this.note(token, opened);
    let request: CarriedRequest = { url: unsigned, headers: {}, credentials: false };
    for (const [name, carrier] of ROWS)
      if (token[name] !== undefined) request = carrier.write(request, token[name], opened);
    return request;
  }

  /** Returns `url` without parts of tokens, on whatever host it is. */
  withoutSecrets(url: string): string {
    return this.#carriers.reduce((text, { state }) => state.removeSecrets(text), url);
  }

  #withoutTokens(asked: string, href: string): KnownUrl {
    let unsigned = asked;
    let key = href;
    for (const { state } of this.#carriers) {
      unsigned = state.remove(unsigned, key);
      key = state.remove(key, key);
    }
    return { asked, href, unsigned, key };
  }
}
