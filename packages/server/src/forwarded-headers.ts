import { withoutCookies } from './cookies.ts';
import type { GrantedVerdict } from './verdict.ts';

/**
 * Headers by which a viewer could make an origin serve another path or do another thing than was judged (IIS and Symfony
 * read the first ones, Rack, Express and Spring filters the last ones), and those about a body, which is not forwarded.
 */
const dropped = [
  'X-Original-URL',
  'X-Original-URI',
  'X-Rewrite-URL',
  'X-Rewrite-URI',
  'X-Override-URL',
  'X-Forwarded-URI',
  'X-Forwarded-Path',
  'X-Forwarded-Prefix',
  'X-Envoy-Original-Path',
  'X-WAWS-Unencoded-URL',
  'X-HTTP-Method',
  'X-HTTP-Method-Override',
  'X-Method-Override',
  'Content-Length',
  'Expect',
];

/** The headers of `request` as the origin gets them: nothing that carried the token, and nothing of `dropped`. */
export function forwardedHeaders(request: Request, carriers: GrantedVerdict['carriers'] = {}): Headers {
  const headers = new Headers(request.headers);
  for (const name of [...dropped, ...(carriers.headers ?? [])]) headers.delete(name);
  const cookie = carriers.cookies && withoutCookies(headers.get('Cookie') ?? '', carriers.cookies);
  if (cookie) headers.set('Cookie', cookie);
  else if (carriers.cookies) headers.delete('Cookie');
  // What was opened by a token of its own may name itself with it.
  const referer = headers.get('Referer') ?? '';
  const from = URL.canParse(referer) ? new URL(referer) : undefined;
  if (from?.host === new URL(request.url).host) headers.set('Referer', `${from.origin}/`);
  return headers;
}
