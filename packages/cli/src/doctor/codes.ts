import { printable } from '../shown.ts';

/**
 * Severity of a finding. An error keeps viewers from watching, or lets people watch who may not; a warning does so for
 * some players, or on some days; a note is for information.
 */
export type Severity = 'error' | 'warning' | 'note';

/**
 * Every code with its message and what to do, causes before their consequences: findings are reported in this order.
 * `{name}` stands for a value of the finding. `docs/doctor.md` is the same table.
 */
const entries = {
  'endpoint-unreachable': [
    'A call to the signing endpoint failed: {cause}.',
    'Check host, port and certificate of the endpoint, and that it runs and answers within 4 s.',
    'From a page over https, browsers call it over https alone.',
  ],
  'endpoint-not-found': [
    'The endpoint answers {status} to a POST: no route accepts calls at this URL.',
    'Compare the path of --endpoint with the route for POST. A development server needs a proxy for the path.',
  ],
  'endpoint-fails': [
    'The endpoint answers {failure}.',
    'Read its log: a 5xx comes from its own code, such as `authorize`, or from the proxy in front of it.',
    'A 400, 413 or 415 means that it does not accept the body of the protocol.',
    'After a redirect, give players the URL of the target; in place of a log-in page, answer 401.',
  ],
  'endpoint-not-json': [
    'The endpoint answers {status}, and the body is not a JSON object. The body begins like {kind}.',
    'Answer { "now", "tokens", "denied" } as JSON, without text before it, such as warnings of PHP.',
    'HTML is often a log-in page or the index of a single-page app.',
  ],
  'endpoint-denies': [
    'The endpoint denies this viewer {url} ({answer}).',
    'Compare scheme, host, port and folders of this URL with the prefixes that the endpoint allows (`allow`, ALLOWED).',
    'After 401, the check of the viewer fails (`authorize`, may_watch).',
    'Give the session or bearer token of a viewer with --header: "cookie: …" or "authorization: …".',
  ],
  'endpoint-milliseconds': [
    'The answer of the endpoint has milliseconds: {members}.',
    'Write unix seconds, which have ten digits, into the answer and into the hashed text:',
    'Math.floor(Date.now() / 1000) in JavaScript, int(time.time()) in Python, time() in PHP.',
  ],
  'endpoint-no-token-for-url': [
    'The answer of the endpoint has no token that opens the URL.',
    'Write the URL of the call into `url`, unchanged, or a folder above it into `prefix`, both absolute.',
  ],
  'endpoint-no-carrier': [
    'The token has no carrier: neither `query`, `headers`, `base` nor `credentials`.',
    'Add the carrier of the token, such as "query": { "st": "…", "e": "…" }. Check the spelling of the member.',
  ],
  'endpoint-malformed': [
    'The answer of the endpoint has a wrong token: {problem}',
    'Compare it with "A token" in docs/protocol.md. Players refuse such an answer, or make a call for each request.',
  ],
  'endpoint-clock': [
    'The clock of the endpoint is {difference}.',
    'Run NTP on the endpoint. Its clock decides when tokens expire, and players correct their clocks by it.',
  ],
  'endpoint-lifetime': [
    'Tokens of the endpoint live {lifetime} s.',
    'Give them 60 s to a few hours (`ttl`, TTL). Five digits and more are often milliseconds: 60_000 is 16.7 hours.',
    'Below 10 s, a token can expire on its way to the edge; above a day, many edges refuse it.',
  ],
  'edge-unreachable': [
    'The edge did not answer: {cause}.',
    'Check host, port, DNS and certificate of the URL. On a page over https, browsers load https alone.',
  ],
  'edge-clock': [
    'The clock of the edge is {difference}.',
    'Run NTP on the edge. Ahead, it refuses fresh tokens; behind, it accepts expired tokens.',
  ],
  'edge-fails': [
    'The edge answers {failure}.',
    'After 404, check the path of the URL, and the path that the edge requests from its origin.',
    'After 5xx, look into the logs of edge and origin: a frequent cause is an edge that cannot read its secret.',
    'After a redirect, give players the URL of the target. In place of a log-in page, answer 403.',
  ],
  'edge-caches-refusals': [
    'A refusal of the edge ({status}) may be cached: {why}.',
    'Send refusals with Cache-Control: no-store, and let no cache in front of the edge keep them.',
    'In nginx, write proxy_cache_valid without `any` and without 403.',
  ],
  'edge-refuses-valid': [
    'The edge answers {status} to a valid token, {source}.',
    'Give edge and signer the same secret, letter by letter, and the same format.',
    'In nginx, secure_link_md5 has the text that the signer hashes: secret, path and expiry, in the same order.',
    'With the secret of the edge (SECURE_TOKEN_SECRET), the doctor says whether edge or endpoint is wrong.',
    'Names with spaces, + or % have several spellings: see `pathForm` in the README of secure-token-server.',
  ],
  'edge-caches-across-tokens': [
    'After a request with a token, the edge serves the file without a token: a cache in front of the check keeps the file.',
    'Check the token before the lookup in the cache: in nginx, secure_link and CORS headers beside proxy_cache.',
    'Or keep the token in the cache key: $request_uri instead of $uri in proxy_cache_key, or the query at a CDN.',
    'Empty the cache after each change. If there is no cache, look for a rule that lets this one file pass.',
  ],
  'edge-open': [
    'The edge serves the URL without a token.',
    'Check that the rule for tokens is switched on and covers this path, also for HEAD and ranges.',
    'In nginx, the `location` that serves this path needs secure_link, and an `if` for an empty $secure_link.',
  ],
  'edge-accepts-tampered': [
    'The edge serves the URL with a token in which one character was changed.',
    'Let the edge check the signature, and not only whether a token is there and has not expired.',
  ],
  'edge-accepts-expired': [
    'The edge serves the URL with a correctly signed token that has expired.',
    'Let the edge compare the expiry with its clock.',
    'In nginx, write secure_link $arg_st,$arg_e; and $secure_link_expires into secure_link_md5;',
    'refuse with: if ($secure_link = "0") { return 410; }',
  ],
  'edge-cors-missing': [
    'The CORS headers of the edge do not let a page of {origin} read this response: {why}.',
    'Send Access-Control-Allow-Origin, once, with every answer of the edge.',
    'In nginx: add_header Access-Control-Allow-Origin {origin} always;',
    'With cookies, also send Access-Control-Allow-Credentials: true.',
    'With tokens in headers, answer OPTIONS without a token with 204, and name them in Access-Control-Allow-Headers.',
  ],
  'edge-cors-missing-on-refusal': [
    'The edge refuses ({status}) without CORS headers: a page sees status 0, as with a lost network.',
    'Send Access-Control-Allow-Origin with refusals, too: in nginx, end the line of add_header with `always`.',
  ],
  'child-other-host': [
    'The playlist names a file ({kind}) on {host}.',
    'Name that origin in `protect` of the player and in `allow` of the endpoint.',
    'Let the edge of that origin check the same tokens. On a page over https, browsers load files over https alone.',
  ],
  'child-refused': [
    'The edge answers {status} to a file of the playlist ({kind}), {how}.',
    'If the endpoint sends `prefix` and the edge hashes the path, send a token with `url` for each file.',
    'A token with `prefix` is right only if signer and edge both hash the folder.',
    'If tokens open one URL, sign this file too.',
  ],
  'child-open': [
    'The edge serves a file of the playlist ({kind}) without a token, but not the playlist.',
    'Let the rule that checks tokens cover this path, too.',
    'In nginx, a `location ~` takes precedence over `location /`, and needs its own secure_link with both `if`.',
  ],
  'endpoint-signs-anything': [
    'The endpoint signs a URL of another host.',
    'Sign only URLs below the prefixes that you serve (`allow`).',
  ],
  'endpoint-cors-missing': [
    'A page of {origin} may not call the endpoint: {why}.',
    'Add {origin} to the origins that the endpoint permits (`cors: { origins }`, PAGES).',
    'Send Access-Control-Allow-Origin with every answer, refusals included; with cookies, not as *, and with',
    'Access-Control-Allow-Credentials: true.',
    'Answer OPTIONS with 204, Access-Control-Allow-Methods: POST and Access-Control-Allow-Headers: content-type.',
  ],
  'endpoint-same-token-after-refused': [
    'The endpoint answers a call with the reason `refused` with the same token that was refused.',
    'Answer `refused` with another token, which expires one second later: the edge would refuse the same one again.',
  ],
  'endpoint-cacheable': [
    'A cache may keep the answer of the endpoint.',
    'Send Cache-Control: no-store with every answer.',
  ],
} as const;

export type Code = keyof typeof entries;
export const codes: Readonly<Record<Code, readonly [message: string, ...remedy: string[]]>> = entries;

const warnings: readonly Code[] = [
  'endpoint-lifetime',
  'edge-caches-refusals',
  'edge-cors-missing-on-refusal',
  'child-other-host',
  'child-open',
  'endpoint-same-token-after-refused',
  'endpoint-cacheable',
];
const severityOf = (code: Code): Severity => (warnings.includes(code) ? 'warning' : 'error');

/** A fault or a peculiarity, as the doctor reports it. None of the texts contains a token or a secret. */
export interface Finding {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
  /** The URL concerned, without query and without token. */
  readonly url: string;
}

/**
 * @param values the values that replace `{name}` in the texts of the code. Here alone, texts of servers get into what the
 *   doctor says
 * @param severity one that is not that of the code, if the fault is less certain, or harmless here
 */
export function finding(
  code: Code,
  url: string,
  values: Readonly<Record<string, string | number>> = {},
  severity: Severity = severityOf(code),
): Finding {
  const filled = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => printable(String(values[name] ?? whole)));
  const [message, ...remedy] = codes[code];
  return { code, severity, message: filled(message), remedy: filled(remedy.join(' ')), url };
}

/** Sorts findings, causes before their consequences, and keeps each code once for an origin: one fault, one finding. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const faultOf = ({ code, url }: Finding): string => `${code} ${new URL(url).origin}`;
  const order = Object.keys(codes);
  return findings
    .filter((each, i) => findings.findIndex((other) => faultOf(other) === faultOf(each)) === i)
    .sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}
