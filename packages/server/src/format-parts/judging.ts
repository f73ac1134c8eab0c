import { refused } from '../token/verdict.ts';
import type { JudgedRequest } from '../token/token-format.ts';
import type { RefusedVerdict, Verdict } from '../token/verdict.ts';
import { parsedUrl } from '../url/judged-url.ts';
import { isHttp } from './path-to-sign.ts';

/** A request whose URL has been parsed. */
export interface SentRequest {
  readonly url: URL;
  readonly headers: Headers;
  readonly method: string;
  readonly isUse: boolean;
}

/**
 * Creates the `verify` of a format. Requests that no format can judge are `malformed`, decided here for all formats: a
 * URL that does not parse or is not http(s), and a time that is not a number, with which every comparison would say
 * "not expired".
 */
export function judging<V extends Verdict | Promise<Verdict>>(
  judge: (sent: SentRequest, now: number) => V,
): (request: JudgedRequest, now: number) => V | RefusedVerdict {
  return ({ url: text, headers, method = 'GET', isUse = true }, now) => {
    const url = parsedUrl(text);
    return url && isHttp(url) && Number.isFinite(now) ? judge({ url, headers, method, isUse }, now) : refused.malformed;
  };
}
