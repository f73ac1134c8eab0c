/**
 * Severity of a finding. An error keeps viewers from watching, or lets people watch who may not; a warning does so for
 * some players, or on some days; a note is for information.
 */
export type Severity = 'error' | 'warning' | 'note';

/**
 * A kind of finding: its message, and sentences that say what to do, and where to do it in widespread servers. `{name}`
 * in a text stands for a value of the finding.
 */
type Entry = readonly [severity: Severity, message: string, ...remedy: string[]];

/**
 * Every code, causes before their consequences: findings are reported in this order. `docs/doctor.md` is the same table.
 */
const entries = {
  'endpoint-unreachable': [
    'error',
    'A call to the signing endpoint failed: {cause}.',
    'Check host, port and certificate of the endpoint, and that it runs and answers within {seconds} s.',
    'From a page over https, browsers call it over https alone.',
  ],
  'endpoint-not-found': [
    'error',
    'The endpoint answers {status} to a POST: no route accepts calls at this URL.',
    'Compare the path of --endpoint with the route for POST in the server.',
    'If the page comes from a development server, this server needs a proxy for the path.',
  ],
  'endpoint-fails': [
    'error',
    'The endpoint answers {status} to a call{what}.',
    'Read its log: a 5xx comes from its own code, such as `authorize`, or from the proxy in front of it.',
    'A 400, 413 or 415 means that it does not accept the body of the protocol.',
    'A redirect turns a POST into a GET: give players the URL of the target, and answer 401 in place of a log-in page.',
  ],
  'endpoint-not-json': [
    'error',
    'The endpoint answers {status}, and the body is not a JSON object. The body begins like {kind}.',
    'Answer { "now", "tokens", "denied" } as JSON, without text before it, such as warnings of PHP.',
    'HTML is often a log-in page or the index of a single-page app.',
  ],
  'endpoint-denies': [
    'error',
    'The endpoint denies this viewer {asked} ({how}).',
    'After 403 or `denied`, compare scheme, host, port and folders of this URL with the allowed prefixes: `allow` of',
    'createSigningEndpoint, ALLOWED in the endpoints of docs/.',
    'After 401, or if the URL lies below a prefix, the check of the viewer fails (`authorize`, may_watch).',
    'Give the session or bearer token of a viewer with --header: "cookie: …" or "authorization: …".',
  ],
  'endpoint-milliseconds': [
    'error',
    'In the answer of the endpoint, {members} in milliseconds.',
    'Write unix seconds, which have ten digits, into the answer and into the hashed text.',
    'Use Math.floor(Date.now() / 1000) in JavaScript, int(time.time()) in Python, time() in PHP.',
    'Add the lifetime in seconds too.',
  ],
  'endpoint-no-token-for-url': [
    'error',
    'The answer of the endpoint has no token that opens the URL.',
    'Write the URL of the call into `url`, unchanged, or a folder above it into `prefix`.',
    'Both are absolute, with the same scheme and host, and without a token.',
  ],
  'endpoint-no-carrier': [
    'error',
    'The token has no carrier: neither `query`, `headers`, `base` nor `credentials`.',
    'Add the carrier of the token, such as "query": { "st": "…", "e": "…" }.',
    'Check the spelling of the member.',
  ],
  'endpoint-malformed': [
    'error',
    'The answer of the endpoint has a token that players refuse: {problem}',
    'Compare it with "A token" in docs/protocol.md.',
    'Players refuse the whole answer because of one such token.',
  ],
  'endpoint-clock': [
    'error',
    'The clock of the endpoint is {offset} s {direction} {reference}.',
    'Run NTP on the endpoint.',
    'Its clock decides when tokens expire, and players correct their clocks by it.',
  ],
  'endpoint-lifetime': [
    'warning',
    'Tokens of the endpoint live {lifetime} s.',
    'Give them 60 s to a few hours: `ttl` of createSigningEndpoint, TTL in the endpoints of docs/.',
    'Five digits and more are often milliseconds: `ttl: 60_000` is 16.7 hours.',
    'Below 10 s, a token can expire on its way to the edge.',
    'Many edges refuse a token that lives for more than a day, and a thief could use it as long.',
  ],
  'edge-unreachable': [
    'error',
    'The edge did not answer: {cause}.',
    'Check host, port, DNS and certificate of the URL.',
    'On a page over https, browsers load content over https alone.',
  ],
  'edge-clock': [
    'error',
    'The clock of the edge is {offset} s {direction} {reference}.',
    'Run NTP on the edge.',
    'If its clock is ahead, it refuses fresh tokens; if its clock is behind, it accepts expired tokens.',
  ],
  'edge-fails': [
    'error',
    'The edge answers {status} {how}.',
    'After 404, check the path of the URL, and the path that the edge requests from its origin.',
    'After 5xx, look into the logs of edge and origin: a frequent cause is an edge that cannot read its secret.',
    'After a redirect, give players the URL of the target, because a token for this host is not valid on the other;',
    'if the edge redirects requests without a token to a page, answer 403: players take that page for a failure.',
  ],
  'edge-caches-refusals': [
    'warning',
    'A refusal of the edge ({status}) may be cached: {why}.',
    'Send refusals with Cache-Control: no-store, and let no cache in front of the edge keep them.',
    'In nginx, write proxy_cache_valid without `any` and without 403.',
  ],
  'edge-refuses-valid': [
    'error',
    'The edge answers {status} to a valid token, {source}.',
    'Give edge and signer the same secret, letter by letter, and the same format.',
    'In nginx, secure_link_md5 has the text that the signer hashes: secret, path and expiry, in the same order.',
    'Give the doctor the secret of the edge (SECURE_TOKEN_SECRET): it then says whether edge or endpoint is wrong.',
    'secure-token verify URL checks a signed URL with a secret.',
    'Names with spaces, + or % have several spellings: see `pathForm` in the README of secure-token-server.',
  ],
  'edge-caches-across-tokens': [
    'error',
    'After a request with a token, the edge serves the file without a token: a cache in front of the check keeps it.',
    'Check the token before the lookup in the cache: in nginx, secure_link and CORS headers beside proxy_cache.',
    'Or keep the token in the cache key: $request_uri instead of $uri in proxy_cache_key, or the query at a CDN.',
    'With the key alone, an expired token opens cached files until the cache drops them.',
    'Empty the cache after each change: a cached file leads to this finding again.',
    'If there is no cache, look for a rule that lets this one file pass.',
  ],
  'edge-open': [
    'error',
    'The edge serves the URL without a token.',
    'First check that the rule for tokens is switched on.',
    'Let the rule cover this path, also for HEAD and ranges.',
    'In nginx, the `location` that serves this path needs secure_link, and an `if` for an empty $secure_link.',
  ],
  'edge-accepts-tampered': [
    'error',
    'The edge serves the URL with a token in which one character was changed.',
    'Let the edge check the signature, and not only whether a token is there and has not expired.',
  ],
  'edge-accepts-expired': [
    'error',
    'The edge serves the URL with a correctly signed token that has expired.',
    'Let the edge compare the expiry with its clock.',
    'In nginx, secure_link needs both arguments (secure_link $arg_st,$arg_e;).',
    'secure_link_md5 then needs $secure_link_expires. Refuse with: if ($secure_link = "0") { return 410; }',
  ],
  'edge-cors-missing': [
    'error',
    'The CORS headers of the edge do not let a page of {origin} read this response: {why}.',
    'Send Access-Control-Allow-Origin, once, with every answer of the edge.',
    'In nginx: add_header Access-Control-Allow-Origin {origin} always;',
    'With cookies, also send Access-Control-Allow-Credentials: true.',
    'With tokens in headers, answer OPTIONS without a token with 204, and name them in Access-Control-Allow-Headers.',
  ],
  'edge-cors-missing-on-refusal': [
    'warning',
    'The edge refuses ({status}) without CORS headers: a page sees status 0, as with a lost network.',
    'Send Access-Control-Allow-Origin with refusals, too.',
    'In nginx, end the line with `always`: add_header Access-Control-Allow-Origin … always;',
  ],
  'edge-range-ignored': [
    'warning',
    'The edge answers a range request with {status} and the whole file.',
    'Let the edge pass Range on, and let edge and origin answer 206.',
    'Without ranges, viewers cannot seek in an MP4, and byte ranges of playlists fail.',
  ],
  'child-other-host': [
    'warning',
    'The playlist names a file ({kind}) on {origin}, {how}.',
    'Name that origin in `protect` of the player and in `allow` of the endpoint.',
    'Let the edge of that origin check the same tokens.',
    'On a page over https, browsers load files over https alone: write relative URLs or https URLs into the playlist.',
  ],
  'child-refused': [
    'error',
    'The edge answers {status} to a file of the playlist ({kind}), {how}.',
    'If the endpoint sends `prefix` and the edge hashes the path, send a token with `url` for each file.',
    'A token with `prefix` is right only if signer and edge both hash the folder.',
    'If tokens open one URL, sign this file too.',
    'Names with spaces, + or % have several spellings: see `pathForm` in the README of secure-token-server.',
  ],
  'child-open': [
    'warning',
    'The edge serves a file of the playlist ({kind}) without a token, but not the playlist.',
    'Let the rule that checks tokens cover this path, too.',
    'In nginx, a `location ~` takes precedence over `location /`, and needs its own secure_link with both `if`.',
  ],
  'endpoint-signs-anything': [
    'error',
    'The endpoint signs a URL of another host.',
    'Sign only URLs below the prefixes that you serve (`allow`).',
  ],
  'endpoint-cors-missing': [
    'error',
    'A page of {origin} may not call the endpoint: {why}.',
    'Add {origin} to the origins that the endpoint permits: `cors: { origins }` of createSigningEndpoint, PAGES in the',
    'endpoints of docs/.',
    'Send Access-Control-Allow-Origin with every answer, refusals included.',
    'Answer OPTIONS with 204, Access-Control-Allow-Methods: POST and Access-Control-Allow-Headers: content-type.',
    'If calls carry cookies, name the origin in place of *, with Access-Control-Allow-Credentials: true.',
  ],
  'endpoint-same-token-after-refused': [
    'warning',
    'The endpoint answers a call with the reason `refused` with the same token that was refused.',
    'Answer `refused` with another token: let it expire one second later.',
    'The edge would refuse the same token again.',
  ],
  'endpoint-cacheable': [
    'warning',
    'A cache may keep the answer of the endpoint.',
    'Send Cache-Control: no-store with every answer.',
  ],
} as const;

export type Code = keyof typeof entries;
export const codes: Readonly<Record<Code, Entry>> = entries;

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
 * @param values the values that replace `{name}` in the texts of the code
 * @param severity one that is not that of the code, if the fault is less certain, or harmless here
 */
export function finding(
  code: Code,
  url: string,
  values: Readonly<Record<string, string | number>> = {},
  severity: Severity = codes[code][0],
): Finding {
  const filled = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const [, message, ...remedy] = codes[code];
  return { code, severity, message: filled(message), remedy: filled(remedy.join(' ')), url };
}

/** Sorts findings, causes before their consequences, and keeps each code once for an origin: one fault, one finding. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const known = new Set<string>();
  const isNew = (key: string): boolean => !known.has(key) && known.add(key).size > 0;
  const order = Object.keys(codes);
  return findings
    .filter(({ code, url }) => isNew(`${code} ${new URL(url).origin}`))
    .sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}
