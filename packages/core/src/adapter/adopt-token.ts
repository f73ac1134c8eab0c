import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { answeredFrom } from './hide-tokens.ts';
import { isElsewhere } from './token-carriers.ts';
import { webTokenExpiry } from './web-token-expiry.ts';

/** The answer of an edge, as `fetch` or an `XMLHttpRequest` gives it. */
export interface EdgeAnswer {
  readonly url?: string;
  readonly responseURL?: string;
  /** The headers of a `Response`; any other object is ignored. */
  readonly headers?: object;
  getAllResponseHeaders?(): string;
  getResponseHeader?(name: string): string | null;
}

/**
 * Returns a header of an answer. Of an XMLHttpRequest it reads all headers first: browsers write to the console if a
 * script reads a single header that they hide.
 */
function headerOf(answer: EdgeAnswer, name: string): string | null | undefined {
  const { get } = (answer.headers ?? {}) as Partial<Headers>;
  if (get) return get.call(answer.headers, name);
  const all = answer.getAllResponseHeaders?.().toLowerCase() ?? '';
  return `\n${all}`.includes(`\n${name.toLowerCase()}:`) ? answer.getResponseHeader?.(name) : null;
}

/**
 * Takes over the token with which the edge has answered `request`, if the option `adopt` says so. The token counts
 * until its own `exp`, for the URLs that the token of the request opens.
 */
export function adoptToken(
  { adoption }: Partial<Pick<TokenSource, 'adoption'>>,
  request: SignedRequest,
  answer: EdgeAnswer,
): void {
  if (!adoption || !request.token) return;
  // after a redirect the answer is from another host, whose token must not count
  const url = answeredFrom(answer);
  if (url && isElsewhere(url, request.url)) return;
  const value = headerOf(answer, adoption.header);
  if (value) adoption.take(request, value, webTokenExpiry(value));
}
