/** Faults of the edge. */
export const edgeFaults = [
  {
    code: 'edge-insecure',
    severity: 'error',
    message: 'The URL has http, and the page https: browsers block it as mixed content.',
    remedy: ['Serve the content over https.'],
  },
  {
    code: 'edge-unreachable',
    severity: 'error',
    message: 'The edge did not answer: {cause}.',
    remedy: ['Check host, port, DNS and certificate of the URL.'],
  },
  {
    code: 'edge-clock',
    severity: 'error',
    message: 'The clock of the edge is {offset} s {direction} {reference}.',
    remedy: [
      'Run NTP on the edge.',
      'If its clock is ahead, it refuses fresh tokens; if its clock is behind, it accepts expired tokens.',
    ],
  },
  {
    code: 'edge-redirects-away',
    severity: 'warning',
    message: 'The edge redirects ({status}) to {target}, another origin.',
    remedy: [
      'Give players the URL of the target, because a token for this host is not valid on the other.',
      'If the edge redirects requests without a token to a page, answer 403: players take that page for a failure.',
    ],
  },
  {
    code: 'edge-not-found',
    severity: 'error',
    message: 'The edge answers {status} to a valid token: the file does not exist, or the origin does not find it.',
    remedy: ['Check the path of the URL, and the path that the edge requests from its origin.'],
  },
  {
    code: 'edge-fails',
    severity: 'error',
    message: 'The edge answers {status}.',
    remedy: [
      'Look into the logs of edge and origin.',
      'A frequent cause is an edge without a secret, or with a secret that it cannot read.',
    ],
  },
  {
    code: 'edge-caches-refusals',
    severity: 'warning',
    message: 'A refusal of the edge ({status}) may be cached: {why}.',
    remedy: [
      'Send refusals with Cache-Control: no-store, and let no cache in front of the edge keep them.',
      'In nginx, write proxy_cache_valid without `any` and without 403.',
    ],
  },
  {
    code: 'edge-refuses-valid',
    severity: 'error',
    message: 'The edge answers {status} to a valid token, {source}.',
    remedy: [
      'Give edge and signer the same secret, letter by letter, and the same format.',
      'In nginx, secure_link_md5 has the text that the signer hashes: secret, path and expiry, in the same order.',
      'Give the doctor the secret of the edge (SECURE_TOKEN_SECRET): it then says whether edge or endpoint is wrong.',
      'secure-token verify URL checks a signed URL with a secret.',
      'Names with spaces, + or % have several spellings: see `pathForm` in the README of secure-token-server.',
    ],
  },
  {
    code: 'edge-caches-across-tokens',
    severity: 'error',
    message:
      'After a request with a token, the edge serves the file without a token: a cache in front of the check keeps it.',
    remedy: [
      'Check the token before the lookup in the cache: in nginx, secure_link and CORS headers beside proxy_cache.',
      'Or keep the token in the cache key: $request_uri instead of $uri in proxy_cache_key, or the query at a CDN.',
      'With the key alone, an expired token opens cached files until the cache drops them.',
      'Empty the cache after each change (proxy_cache_path in nginx): a cached file leads to this finding again.',
      'If there is no cache, look for a rule that lets this one file pass.',
    ],
  },
  {
    code: 'edge-open',
    severity: 'error',
    message: 'The edge serves the URL without a token.',
    remedy: [
      'First check that the rule for tokens is switched on.',
      'Let the rule cover this path, also for HEAD and ranges.',
      'In nginx, the `location` that serves this path needs secure_link, and an `if` for an empty $secure_link.',
    ],
  },
  {
    code: 'edge-accepts-tampered',
    severity: 'error',
    message: 'The edge serves the URL with a token in which one character was changed.',
    remedy: ['Let the edge check the signature, and not only whether a token is there and has not expired.'],
  },
  {
    code: 'edge-accepts-expired',
    severity: 'error',
    message: 'The edge serves the URL with a correctly signed token that has expired.',
    remedy: [
      'Let the edge compare the expiry with its clock.',
      'In nginx, secure_link needs both arguments (secure_link $arg_st,$arg_e;).',
      'secure_link_md5 then needs $secure_link_expires. Refuse with: if ($secure_link = "0") { return 410; }',
    ],
  },
  {
    code: 'edge-preflight-fails',
    severity: 'error',
    message: 'The token travels in headers, and the edge fails the preflight: {why}.',
    remedy: [
      'Answer OPTIONS without a token with 204 and Access-Control-Allow-Origin.',
      'Name {headers} in Access-Control-Allow-Headers.',
    ],
  },
  {
    code: 'edge-cors-missing',
    severity: 'error',
    message: 'The CORS headers of the edge do not let a page of {origin} read this response: {why}.',
    remedy: [
      'Send Access-Control-Allow-Origin, once, with every answer of the edge.',
      'In nginx: add_header Access-Control-Allow-Origin {origin} always;',
      'With cookies, also send Access-Control-Allow-Credentials: true.',
    ],
  },
  {
    code: 'edge-cors-missing-on-refusal',
    severity: 'warning',
    message: 'The edge refuses ({status}) without CORS headers: a page sees status 0, as with a lost network.',
    remedy: [
      'Send Access-Control-Allow-Origin with refusals, too.',
      'In nginx, end the line with `always`: add_header Access-Control-Allow-Origin … always;',
    ],
  },
  {
    code: 'edge-range-ignored',
    severity: 'warning',
    message: 'The edge answers a range request with {status} and the whole file.',
    remedy: [
      'Let the edge pass Range on, and let edge and origin answer 206.',
      'Without ranges, viewers cannot seek in an MP4, and byte ranges of playlists fail.',
    ],
  },
  {
    code: 'edge-playlist-type',
    severity: 'warning',
    message: 'The edge sends the playlist as {type}.',
    remedy: [
      'Send application/vnd.apple.mpegurl for .m3u8 and application/dash+xml for .mpd: Safari and Video.js read it.',
      'In nginx, write include /etc/nginx/mime.types; or, in the location that serves the files,',
      'types { application/vnd.apple.mpegurl m3u8; application/dash+xml mpd; video/mp4 mp4 m4s; }.',
      'In a bucket, set the Content-Type of the object.',
    ],
  },
  {
    code: 'edge-tokens-in-playlist',
    severity: 'warning',
    message: 'The URLs in the playlist contain tokens.',
    remedy: [
      'Casting and links need such a playlist.',
      'For a player with a plugin, switch `signPlaylists` of createEdgeHandler off.',
      'Tokens in a playlist expire together, and a cache gives the tokens of one viewer to others.',
    ],
  },
] as const;

/** Peculiarities of the edge; they need no remedy. */
export const edgeNotes = [
  {
    code: 'edge-expired-status',
    severity: 'note',
    message: 'The edge answers {status} to an expired token, not 410.',
    remedy: [
      'You need not change anything.',
      'A 410 shows players and logs that a token has expired, and that the secret is right.',
    ],
  },
  {
    code: 'edge-head-refused',
    severity: 'note',
    message: 'The edge answers {status} to HEAD with a valid token, and serves GET.',
    remedy: ['Players do not need HEAD.', 'Casting devices and link checkers send HEAD.'],
  },
] as const;
