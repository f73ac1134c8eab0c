import type { Check } from '../check.ts';

/**
 * The length of the shortest part of a token that counts as secret, in characters. A shorter part, such as a version,
 * also occurs in texts that quote no token.
 */
export const LEAST_SECRET = 16;

/** What a token adds to a request. */
export interface CarriedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the browser sends cookies. */
  readonly credentials: boolean;
}

/** A carrier of one token source: it knows how the tokens so far look in URLs. */
export interface CarrierState<Value> {
  /** Notes a value, to recognise it in URLs. @param opened the URL or folder that the token opens */
  note(value: Value, opened: string): void;
  /** Returns `url` without a value of any token so far. @param href the same URL, as the browser writes it */
  remove(url: string, href: string): string;
  /** Returns `url`, on whatever host it is, without the values that are long enough to be recognised anywhere. */
  removeSecrets(url: string): string;
}

/**
 * A place of a token in a request. The table of carriers has all that the packages know about it, so that a carrier
 * which signs is also checked, removed and hidden.
 */
export interface Carrier<Value> {
  /** Whether the member of a token can be sent: a browser would throw later, and quote the value. */
  readonly check: Check;
  /** Returns the value as requests carry it, such as text in place of numbers. */
  readonly parse: (value: Value) => Value;
  /** Returns `request` with the value in it. @param opened the URL or folder that the token opens */
  readonly write: (request: CarriedRequest, value: Value, opened: string) => CarriedRequest;
  /** Returns the texts that no error or log may quote. */
  readonly secretsOf: (value: Value) => readonly string[];
  /** Returns the value with which `unsigned` became `signed`; both are absolute. For whoever has no token. */
  readonly find: (signed: string, unsigned: string) => { readonly value: Value; readonly opened: string } | undefined;
  /** @param leastSecret the length of the shortest part that is recognised on any host, in characters */
  readonly createState: (leastSecret: number) => CarrierState<Value>;
}

/** Returns the parts of values that are long enough to be secret: no escaping changes these parts. */
export const longParts = (values: readonly string[]): string[] =>
  values.flatMap((value) => value.match(/[\w-]+/g) ?? []).filter(({ length }) => length >= LEAST_SECRET);

/** The state of a carrier outside of URLs. */
export const outsideUrls = <Value>(): CarrierState<Value> => ({
  note: () => undefined,
  remove: (url) => url,
  removeSecrets: (url) => url,
});
