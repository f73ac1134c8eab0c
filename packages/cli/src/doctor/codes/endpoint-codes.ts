/** Faults of the signing endpoint without which players get no token, or none that helps. */
export const endpointFailures = [
  {
    code: 'endpoint-insecure',
    severity: 'error',
    message: 'The endpoint has http, and the page https: browsers block such a call.',
    remedy: ['Serve the endpoint over https.'],
  },
  {
    code: 'endpoint-unreachable',
    severity: 'error',
    message: 'Nothing comes of a call to the signing endpoint: {cause}.',
    remedy: [
      'Check host, port and certificate of the endpoint, that it runs, and answers within {seconds} s.',
      'If it answers 429 or 5xx, look into its log: to players that is an outage.',
    ],
  },
  {
    code: 'endpoint-redirects',
    severity: 'warning',
    message: 'The endpoint answers a call with a redirect ({status}) to {target}.',
    remedy: [
      'Give players the address that it leads to: most redirects make a GET of a POST.',
      'If it leads to a log-in page, answer 401 instead: the endpoint is called by scripts.',
    ],
  },
  {
    code: 'endpoint-not-found',
    severity: 'error',
    message: 'The endpoint answers {status} to a POST: nothing takes calls at this address.',
    remedy: [
      'Compare the path of --endpoint with the route for POST in the server.',
      'A development server of the page needs a proxy.',
    ],
  },
  {
    code: 'endpoint-fails',
    severity: 'error',
    message: 'The endpoint answers {status} to a call.',
    remedy: ['Look into its log.', '400, 413 and 415 mean that it does not take the body that the protocol names.'],
  },
  {
    code: 'endpoint-not-json',
    severity: 'error',
    message: 'The endpoint answers {status}, and the body is not a JSON object. It begins like {kind}.',
    remedy: [
      'Answer { "now", "tokens", "denied" } as JSON, and nothing in front of it: PHP prints its warnings there.',
      'HTML is often a log-in page or the index of a single-page app.',
    ],
  },
  {
    code: 'endpoint-denies',
    severity: 'error',
    message: 'The endpoint denies this viewer {asked} ({how}).',
    remedy: [
      'After 403 or `denied`, compare this URL with what the endpoint signs: scheme, host, port and folders.',
      'That is `allow` of createSigningEndpoint, and ALLOWED in the endpoints of docs/.',
      'After 401, or where the URL lies within it, the check of the viewer says no (`authorize`, may_watch).',
      'Give the session or bearer token of a viewer with --header: "cookie: …" or "authorization: …".',
    ],
  },
  {
    code: 'endpoint-milliseconds',
    severity: 'error',
    message: 'In the answer of the endpoint, {members} in milliseconds.',
    remedy: [
      'Give unix seconds, which have ten digits, in the answer and in what is hashed.',
      'That is Math.floor(Date.now() / 1000) in JavaScript, int(time.time()) in Python, time() in PHP.',
      'A lifetime that is added to it is in seconds, too.',
    ],
  },
  {
    code: 'endpoint-no-token-for-url',
    severity: 'error',
    message: 'The endpoint answers without a token that opens the URL.',
    remedy: [
      'Name the URL as it was asked for in `url`, or a folder above it in `prefix`.',
      'Both are absolute, with the same scheme and host, and without a token.',
    ],
  },
  {
    code: 'endpoint-no-carrier',
    severity: 'error',
    message: 'The token has no carrier: neither `query`, `headers`, `base` nor `credentials`.',
    remedy: [
      'Say how the token travels, such as "query": { "st": "…", "e": "…" }.',
      'Check the spelling of the member.',
    ],
  },
  {
    code: 'endpoint-malformed',
    severity: 'error',
    message: 'The answer of the endpoint has a token that players refuse: {problem}',
    remedy: ['Compare it with "A token" in docs/protocol.md.', 'One such token makes the whole answer useless.'],
  },
  {
    code: 'endpoint-clock',
    severity: 'error',
    message: 'The clock of the endpoint is {offset} s {direction} {reference}.',
    remedy: ['Run NTP on the endpoint.', 'Its clock decides when tokens end, and players correct theirs by it.'],
  },
  {
    code: 'endpoint-lifetime',
    severity: 'warning',
    message: 'Tokens of the endpoint live {lifetime} s.',
    remedy: [
      'Give them 60 s to a few hours: `ttl` of createSigningEndpoint, TTL in the endpoints of docs/.',
      'Six digits and more are often milliseconds.',
      'Below 10 s a token can end on its way to the edge.',
      'One of more than a day is a key that is handed out, and many edges refuse it.',
    ],
  },
] as const;

/** Habits of the signing endpoint that cost some viewers, or help strangers. */
export const endpointHabits = [
  {
    code: 'endpoint-signs-anything',
    severity: 'error',
    message: 'The endpoint signs a URL of another host.',
    remedy: ['Sign only what lies below the prefixes that you serve (`allow`).'],
  },
  {
    code: 'endpoint-cors-missing',
    severity: 'error',
    message: 'A page of {origin} may not call the endpoint: {why}.',
    remedy: [
      'Add {origin} to the origins that the endpoint lets in.',
      'That is `cors: { origins }` of createSigningEndpoint, and PAGES in the endpoints of docs/.',
      'Send Access-Control-Allow-Origin with every answer, refusals included.',
      'Answer OPTIONS with 204, Access-Control-Allow-Methods: POST and Access-Control-Allow-Headers: content-type.',
    ],
  },
  {
    code: 'endpoint-cors-credentials',
    severity: 'error',
    message: 'The endpoint means calls with cookies, and its CORS headers forbid them: {why}.',
    remedy: [
      'Name the origin of the page in Access-Control-Allow-Origin instead of *.',
      'Send Access-Control-Allow-Credentials: true and Vary: Origin with it.',
    ],
  },
  {
    code: 'endpoint-same-token-after-refused',
    severity: 'warning',
    message: 'Asked with the reason `refused`, the endpoint answers with the very token that was refused.',
    remedy: [
      'Answer `refused` with another token: let it end one second later.',
      'The edge has refused the old one, and will again.',
    ],
  },
  {
    code: 'endpoint-cacheable',
    severity: 'warning',
    message: 'The answer of the endpoint may be kept by a cache.',
    remedy: ['Send Cache-Control: no-store with every answer.'],
  },
] as const;
