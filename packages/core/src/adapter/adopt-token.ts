import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { answeredFrom } from './hide-tokens.ts';
import { isElsewhere } from './token-carriers.ts';
import { webTokenExpiry } from './web-token-expiry.ts';

/** An edge's answer, as `fetch` or an `XMLHttpRequest` give it. */
export interface EdgeAnswer {
  readonly url?: string;
  readonly responseURL?: string;
  /** The headers of a `Response`; any other object is left alone. */
  readonly headers?: object;
  getAllResponseHeaders?(): string;
  getResponseHeader?(name: string): string | null;
}

/** A browser writes into the console if it is asked for a header that it hides: an XMLHttpRequest is asked for all. */
function headerOf(answer: EdgeAnswer, name: string): string | null | undefined {
  const { get } = (answer.headers ?? {}) as Partial<Headers>;
  if (get) return get.call(answer.headers, name);
  const all = answer.getAllResponseHeaders?.().toLowerCase() ?? '';
  return `\n${all}`.includes(`\n${name.toLowerCase()}:`) ? answer.getResponseHeader?.(name) : null;
}

/**
 * Takes over the token with which the edge has answered `request`, where the option `adopt` says so: until its own
 * `exp`, for what the token of the request opens.
 */
export function adoptToken(
  { adoption }: Partial<Pick<TokenSource, 'adoption'>>,
  request: SignedRequest,
  answer: EdgeAnswer,
): void {
  if (!adoption || !request.token) return;
  // behind a redirect another host speaks
  const url = answeredFrom(answer);
  if (url && isElsewhere(url, request.url)) return;
  const value = headerOf(answer, adoption.header);
  if (value) adoption.take(request, value, webTokenExpiry(value));
}
