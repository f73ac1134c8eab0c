/**
 * Severity of a finding. An error keeps somebody from watching, or lets somebody watch who may not; a warning does so
 * for some players, or on some days; a note is for information.
 */
export type Severity = 'error' | 'warning' | 'note';

/** Lists all findings. `{name}` in a text stands for a value of the finding. */
export interface CodeEntry {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Every code, causes before what follows from them: findings are told in this order. Messages and `docs/doctor.md` are
 * written from it.
 */
export const codes = [
  {
    code: 'endpoint-insecure',
    severity: 'error',
    message: 'The endpoint has http, and the page https: browsers block such a call.',
    remedy: 'Serve the endpoint over https.',
  },
  {
    code: 'endpoint-unreachable',
    severity: 'error',
    message: 'Nothing comes of a call to the signing endpoint: {cause}.',
    remedy:
      'Check host, port and certificate of the endpoint, that it runs, and answers within {seconds} s. If it answers 429 or 5xx, look into its log: to players that is an outage.',
  },
  {
    code: 'endpoint-redirects',
    severity: 'warning',
    message:
      'The endpoint answers a call with a redirect ({status}) to {target}. Of most redirects a POST becomes a GET.',
    remedy:
      'Give players the address that it leads to. If it leads to a log-in page, answer 401 instead: the endpoint is called by scripts.',
  },
  {
    code: 'endpoint-not-found',
    severity: 'error',
    message: 'The endpoint answers {status} to a POST: nothing takes calls at this address.',
    remedy:
      'Check the path, and that the server has a route for POST there. A development server of the page needs a proxy.',
  },
  {
    code: 'endpoint-fails',
    severity: 'error',
    message: 'The endpoint answers {status} to a call.',
    remedy: 'Look into its log. 400, 413 and 415 mean that it does not take the body that the protocol names.',
  },
  {
    code: 'endpoint-not-json',
    severity: 'error',
    message: 'The endpoint answers {status}, and the body is not a JSON object. It begins like {kind}.',
    remedy:
      'Answer { "now", "tokens", "denied" } as JSON. HTML is often a log-in page or the index of a single-page app.',
  },
  {
    code: 'endpoint-denies',
    severity: 'error',
    message: 'The endpoint denies this viewer the URL ({how}).',
    remedy:
      "Give the viewer's session or bearer token with --header 'name: value'. If it is given, check the entitlement hook, and that `allow` covers the URL.",
  },
  {
    code: 'endpoint-milliseconds',
    severity: 'error',
    message: '`{member}` in the answer of the endpoint is in milliseconds.',
    remedy: 'Give unix seconds: Math.floor(Date.now() / 1000) + lifetime.',
  },
  {
    code: 'endpoint-no-token-for-url',
    severity: 'error',
    message: 'The endpoint answers without a token that opens the URL.',
    remedy:
      'Name the URL as it was asked for in `url`, or a folder above it in `prefix`: absolute, same scheme and host, without a token.',
  },
  {
    code: 'endpoint-no-carrier',
    severity: 'error',
    message: 'The token has no carrier: neither `query`, `headers`, `base` nor `credentials`.',
    remedy: 'Say how the token travels, such as "query": { "st": "…", "e": "…" }. Check the spelling of the member.',
  },
  {
    code: 'endpoint-malformed',
    severity: 'error',
    message: 'The answer of the endpoint has a token that players refuse: {problem}',
    remedy: 'Compare it with "A token" in docs/protocol.md. One such token makes the whole answer useless.',
  },
  {
    code: 'endpoint-clock',
    severity: 'error',
    message: 'The clock of the endpoint is {offset} s {direction} {reference}.',
    remedy: 'Run NTP on the endpoint. Its clock decides when tokens end, and players correct theirs by it.',
  },
  {
    code: 'endpoint-lifetime',
    severity: 'warning',
    message: 'Tokens of the endpoint live {lifetime} s.',
    remedy:
      'Give them 60 s to a few hours. Below 10 s a token can end on its way to the edge; one of more than a day is a key that is handed out, and many edges refuse it.',
  },
  {
    code: 'edge-insecure',
    severity: 'error',
    message: 'The URL has http, and the page https: browsers block it as mixed content.',
    remedy: 'Serve the content over https.',
  },
  {
    code: 'edge-unreachable',
    severity: 'error',
    message: 'The edge did not answer: {cause}.',
    remedy: 'Check host, port, DNS and certificate of the URL.',
  },
  {
    code: 'edge-clock',
    severity: 'error',
    message: 'The clock of the edge is {offset} s {direction} {reference}.',
    remedy:
      'Run NTP on the edge. With its clock ahead, fresh tokens have expired when they arrive; behind, old ones are let through.',
  },
  {
    code: 'edge-redirects-away',
    severity: 'warning',
    message: 'The edge redirects ({status}) to {target}, another origin.',
    remedy:
      'Give players the URL that it leads to. A token for this host is no token there, and a refusal that redirects to a page cannot be told from one that failed: answer 403.',
  },
  {
    code: 'edge-not-found',
    severity: 'error',
    message: 'The edge answers {status} to a good token: there is no such file, or the origin does not find it.',
    remedy: 'Check the path of the URL, and which path the edge asks its origin for.',
  },
  {
    code: 'edge-fails',
    severity: 'error',
    message: 'The edge answers {status}.',
    remedy:
      'Look into the logs of edge and origin. An edge without a secret, or with one that it cannot read, often ends so.',
  },
  {
    code: 'edge-caches-refusals',
    severity: 'warning',
    message: 'A refusal of the edge ({status}) may be cached: {why}.',
    remedy:
      'Send refusals with Cache-Control: no-store, and let no cache in front of the edge keep them: others would get them.',
  },
  {
    code: 'edge-refuses-valid',
    severity: 'error',
    message: 'The edge answers {status} to a good token, {source}.',
    remedy:
      'Compare secret, format and path form of edge and signer. secure-token verify URL, with the secret of the edge, says which of them differs.',
  },
  {
    code: 'edge-caches-across-tokens',
    severity: 'error',
    message: 'What was let through with a token is then served without one: a cache in front of the check keeps it.',
    remedy: 'Check the token before the cache is asked, or keep the token in the cache key.',
  },
  {
    code: 'edge-open',
    severity: 'error',
    message: 'The edge serves the URL without a token.',
    remedy:
      'Let the rule that checks tokens cover this path, also for HEAD and ranges. Whether it is switched on at all is the first question.',
  },
  {
    code: 'edge-accepts-tampered',
    severity: 'error',
    message: 'The edge serves the URL with a token of which one character was changed.',
    remedy: 'Let the edge check the signature, and not only that a token is there or has not expired.',
  },
  {
    code: 'edge-accepts-expired',
    severity: 'error',
    message: 'The edge serves the URL with a genuine token that has expired.',
    remedy:
      'Let the edge compare the expiry with its clock. In nginx, secure_link needs both arguments, and "0" means expired.',
  },
  {
    code: 'edge-preflight-fails',
    severity: 'error',
    message: 'The token travels in headers, and the edge does not let the preflight pass: {why}.',
    remedy:
      'Answer OPTIONS without a token with 204, Access-Control-Allow-Origin, and Access-Control-Allow-Headers that names {headers}.',
  },
  {
    code: 'edge-cors-missing',
    severity: 'error',
    message: 'The edge serves this without CORS headers that let a page of {origin} read it: {why}.',
    remedy:
      'Send Access-Control-Allow-Origin, once, with every answer of the edge; with cookies also Access-Control-Allow-Credentials: true.',
  },
  {
    code: 'edge-cors-missing-on-refusal',
    severity: 'warning',
    message:
      'The edge refuses ({status}) without CORS headers: a page sees status 0, and cannot tell a refusal from a lost network.',
    remedy: 'Send Access-Control-Allow-Origin with refusals, too: in nginx `always` behind add_header.',
  },
  {
    code: 'edge-range-ignored',
    severity: 'warning',
    message: 'The edge answers a range with {status} and the whole file.',
    remedy:
      'Let edge and origin pass Range on and answer 206. Without it nobody seeks in an MP4, and byte ranges of playlists fail.',
  },
  {
    code: 'edge-playlist-type',
    severity: 'warning',
    message: 'The playlist comes as {type}.',
    remedy:
      'Send application/vnd.apple.mpegurl for .m3u8 and application/dash+xml for .mpd. Safari and Video.js look at it.',
  },
  {
    code: 'edge-tokens-in-playlist',
    severity: 'warning',
    message: 'The playlist names its files with tokens.',
    remedy:
      'Right for casting and links. For a player with a plugin let the playlist be without: its tokens end with the playlist, and a cache gives those of one viewer to others.',
  },
  {
    code: 'child-insecure',
    severity: 'error',
    message: 'The playlist names a file over http, below https: browsers block it.',
    remedy: 'Write relative names into the playlist, or https.',
  },
  {
    code: 'child-other-host',
    severity: 'warning',
    message: 'The playlist names a {kind} on {origin}, {how}.',
    remedy:
      'Name that origin in `protect` of the player and in `allow` of the endpoint, and let its edge check the same tokens.',
  },
  {
    code: 'child-refused',
    severity: 'error',
    message: 'The edge answers {status} to a {kind} of the playlist, {source}.',
    remedy:
      'Sign this file, too: a token of one URL opens no other one. Or choose a format whose tokens open the folder. If the name has spaces, + or %, see pathForm.',
  },
  {
    code: 'child-not-found',
    severity: 'warning',
    message: 'The edge answers {status} to a {kind} that the playlist names.',
    remedy: 'Check that the file is there, and what the playlist is relative to.',
  },
  {
    code: 'child-open',
    severity: 'warning',
    message: 'A {kind} of the playlist is served without a token, and the playlist is not.',
    remedy: 'Let the rule that checks tokens cover this path, too.',
  },
  {
    code: 'endpoint-signs-anything',
    severity: 'error',
    message: 'The endpoint signs a URL of another host.',
    remedy: 'Sign only what lies below the prefixes that you serve (`allow`).',
  },
  {
    code: 'endpoint-cors-missing',
    severity: 'error',
    message: 'A page of {origin} may not call the endpoint: {why}.',
    remedy:
      'Answer OPTIONS with 204, Access-Control-Allow-Methods: POST and Access-Control-Allow-Headers: content-type, and send Access-Control-Allow-Origin with every answer, refusals included.',
  },
  {
    code: 'endpoint-cors-credentials',
    severity: 'error',
    message: 'The endpoint means calls with cookies, and its CORS headers forbid them: {why}.',
    remedy:
      'Name the origin of the page in Access-Control-Allow-Origin instead of *, with Access-Control-Allow-Credentials: true and Vary: Origin.',
  },
  {
    code: 'endpoint-same-token-after-refused',
    severity: 'warning',
    message: 'Asked with the reason `refused`, the endpoint answers with the very token that was refused.',
    remedy:
      'Answer `refused` with another token: let it end one second later. The edge has refused the old one, and will again.',
  },
  {
    code: 'endpoint-cacheable',
    severity: 'warning',
    message: 'The answer of the endpoint may be kept by a cache.',
    remedy: 'Send Cache-Control: no-store with every answer.',
  },
  {
    code: 'browser-csp',
    severity: 'error',
    message: 'The content security policy of the page blocks what the player needs: {directive} does not name {what}.',
    remedy: 'Add it to that directive. docs/csp.md has the policy that each package needs.',
  },
  {
    code: 'browser-mixed-content',
    severity: 'error',
    message: 'The browser blocks a request over http, for the page has https.',
    remedy: 'Serve the content, all files that playlists name, and the endpoint over https.',
  },
  {
    code: 'browser-refused',
    severity: 'warning',
    message: 'In a browser, {count} requests of the player were refused ({statuses}).',
    remedy:
      'The findings above name the cause, if there are any. Otherwise look at the network panel of the browser: a service worker, an extension, or cookies that a browser does not send to another site make the difference.',
  },
  {
    code: 'browser-no-picture',
    severity: 'error',
    message: 'In a browser there is no picture within {seconds} s: {why}.',
    remedy:
      'The findings above name the cause, if there are any. Otherwise open the URL in a page of yours, with the developer tools: the console has the words of the player, and of the plugin.',
  },
  {
    code: 'edge-expired-status',
    severity: 'note',
    message: 'The edge answers {status} to an expired token, not 410.',
    remedy: 'Nothing has to be done. With 410 a player knows that the secret is right, and a log tells the two apart.',
  },
  {
    code: 'edge-head-refused',
    severity: 'note',
    message: 'The edge answers {status} to HEAD with a good token, and serves GET.',
    remedy: 'Nothing has to be done for players. Casting devices and link checkers send HEAD.',
  },
  {
    code: 'child-on-second-host',
    severity: 'note',
    message: 'The playlist names a {kind} on {origin}, for which there is a token.',
    remedy: 'Name that origin in `protect` of the player: without it only the origin of the source gets tokens.',
  },
  {
    code: 'browser-unavailable',
    severity: 'note',
    message: 'Nothing was played in a browser: {why}.',
    remedy: 'All other findings stand. Leave --browser out where there can be no browser.',
  },
] as const;

export type Code = (typeof codes)[number]['code'];
