/** Faults of the signing endpoint that leave players without a token, or with a token that does not help. */
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
    message: 'A call to the signing endpoint failed: {cause}.',
    remedy: [
      'Check host, port and certificate of the endpoint, and that it runs and answers within {seconds} s.',
      'If it answers 429 or 5xx, read its log: players take these statuses for an outage.',
    ],
  },
  {
    code: 'endpoint-redirects',
    severity: 'warning',
    message: 'The endpoint answers a call with a redirect ({status}) to {target}.',
    remedy: [
      'Give players the URL of the target: most redirects turn a POST into a GET.',
      'If the target is a log-in page, answer 401 instead, because scripts call the endpoint.',
    ],
  },
  {
    code: 'endpoint-not-found',
    severity: 'error',
    message: 'The endpoint answers {status} to a POST: no route accepts calls at this URL.',
    remedy: [
      'Compare the path of --endpoint with the route for POST in the server.',
      'If the page comes from a development server, this server needs a proxy for the path.',
    ],
  },
  {
    code: 'endpoint-fails',
    severity: 'error',
    message: 'The endpoint answers {status} to a call.',
    remedy: ['Read its log.', 'A 400, 413 or 415 means that it does not accept the body of the protocol.'],
  },
  {
    code: 'endpoint-not-json',
    severity: 'error',
    message: 'The endpoint answers {status}, and the body is not a JSON object. The body begins like {kind}.',
    remedy: [
      'Answer { "now", "tokens", "denied" } as JSON, without text before it, such as warnings of PHP.',
      'HTML is often a log-in page or the index of a single-page app.',
    ],
  },
  {
    code: 'endpoint-denies',
    severity: 'error',
    message: 'The endpoint denies this viewer {asked} ({how}).',
    remedy: [
      'After 403 or `denied`, compare scheme, host, port and folders of this URL with the allowed prefixes.',
      'The prefixes are `allow` of createSigningEndpoint, and ALLOWED in the endpoints of docs/.',
      'After 401, or if the URL lies below a prefix, the check of the viewer fails (`authorize`, may_watch).',
      'Give the session or bearer token of a viewer with --header: "cookie: …" or "authorization: …".',
    ],
  },
  {
    code: 'endpoint-milliseconds',
    severity: 'error',
    message: 'In the answer of the endpoint, {members} in milliseconds.',
    remedy: [
      'Write unix seconds, which have ten digits, into the answer and into the hashed text.',
      'Use Math.floor(Date.now() / 1000) in JavaScript, int(time.time()) in Python, time() in PHP.',
      'Add the lifetime in seconds too.',
    ],
  },
  {
    code: 'endpoint-no-token-for-url',
    severity: 'error',
    message: 'The answer of the endpoint has no token that opens the URL.',
    remedy: [
      'Write the URL of the call into `url`, unchanged, or a folder above it into `prefix`.',
      'Both are absolute, with the same scheme and host, and without a token.',
    ],
  },
  {
    code: 'endpoint-no-carrier',
    severity: 'error',
    message: 'The token has no carrier: neither `query`, `headers`, `base` nor `credentials`.',
    remedy: [
      'Add the carrier of the token, such as "query": { "st": "…", "e": "…" }.',
      'Check the spelling of the member.',
    ],
  },
  {
    code: 'endpoint-malformed',
    severity: 'error',
    message: 'The answer of the endpoint has a token that players refuse: {problem}',
    remedy: [
      'Compare it with "A token" in docs/protocol.md.',
      'Players refuse the whole answer because of one such token.',
    ],
  },
  {
    code: 'endpoint-clock',
    severity: 'error',
    message: 'The clock of the endpoint is {offset} s {direction} {reference}.',
    remedy: [
      'Run NTP on the endpoint.',
      'Its clock decides when tokens expire, and players correct their clocks by it.',
    ],
  },
  {
    code: 'endpoint-lifetime',
    severity: 'warning',
    message: 'Tokens of the endpoint live {lifetime} s.',
    remedy: [
      'Give them 60 s to a few hours: `ttl` of createSigningEndpoint, TTL in the endpoints of docs/.',
      'Six digits and more are often milliseconds.',
      'Below 10 s, a token can expire on its way to the edge.',
      'Many edges refuse a token that lives for more than a day, and a thief could use it as long.',
    ],
  },
] as const;

/** Faults of the signing endpoint that affect some viewers, or help strangers. */
export const endpointHabits = [
  {
    code: 'endpoint-signs-anything',
    severity: 'error',
    message: 'The endpoint signs a URL of another host.',
    remedy: ['Sign only URLs below the prefixes that you serve (`allow`).'],
  },
  {
    code: 'endpoint-cors-missing',
    severity: 'error',
    message: 'A page of {origin} may not call the endpoint: {why}.',
    remedy: [
      'Add {origin} to the origins that the endpoint permits.',
      'The list is `cors: { origins }` of createSigningEndpoint, and PAGES in the endpoints of docs/.',
      'Send Access-Control-Allow-Origin with every answer, refusals included.',
      'Answer OPTIONS with 204, Access-Control-Allow-Methods: POST and Access-Control-Allow-Headers: content-type.',
    ],
  },
  {
    code: 'endpoint-cors-credentials',
    severity: 'error',
    message: 'The endpoint expects calls with cookies, and its CORS headers forbid them: {why}.',
    remedy: [
      'Name the origin of the page in Access-Control-Allow-Origin instead of *.',
      'Send Access-Control-Allow-Credentials: true and Vary: Origin with it.',
    ],
  },
  {
    code: 'endpoint-same-token-after-refused',
    severity: 'warning',
    message: 'The endpoint answers a call with the reason `refused` with the same token that was refused.',
    remedy: [
      'Answer `refused` with another token: let it expire one second later.',
      'The edge would refuse the same token again.',
    ],
  },
  {
    code: 'endpoint-cacheable',
    severity: 'warning',
    message: 'A cache may keep the answer of the endpoint.',
    remedy: ['Send Cache-Control: no-store with every answer.'],
  },
] as const;
