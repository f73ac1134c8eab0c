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
      'With its clock ahead, fresh tokens have expired when they arrive; behind, old ones are let through.',
    ],
  },
  {
    code: 'edge-redirects-away',
    severity: 'warning',
    message: 'The edge redirects ({status}) to {target}, another origin.',
    remedy: [
      'Give players the URL that it leads to: a token for this host is no token there.',
      'If it redirects who has no token to a page, answer 403: a player cannot tell that page from a failure.',
    ],
  },
  {
    code: 'edge-not-found',
    severity: 'error',
    message: 'The edge answers {status} to a good token: there is no such file, or the origin does not find it.',
    remedy: ['Check the path of the URL, and which path the edge asks its origin for.'],
  },
  {
    code: 'edge-fails',
    severity: 'error',
    message: 'The edge answers {status}.',
    remedy: [
      'Look into the logs of edge and origin.',
      'An edge without a secret, or with one that it cannot read, often ends so.',
    ],
  },
  {
    code: 'edge-caches-refusals',
    severity: 'warning',
    message: 'A refusal of the edge ({status}) may be cached: {why}.',
    remedy: [
      'Send refusals with Cache-Control: no-store, and let no cache in front of the edge keep them.',
      'In nginx, proxy_cache_valid without `any` and without 403 keeps none.',
    ],
  },
  {
    code: 'edge-refuses-valid',
    severity: 'error',
    message: 'The edge answers {status} to a good token, {source}.',
    remedy: [
      'Give edge and signer the same secret, letter by letter, and the same format.',
      'In nginx, secure_link_md5 has the text that the signer hashes: secret, path and expiry, in the same order.',
      'Where you gave no secret, give that of the edge (SECURE_TOKEN_SECRET): the doctor then says which one is wrong.',
      'secure-token verify URL judges a signed URL by a secret.',
      'Names with spaces, + or % have several spellings: see `pathForm` in the README of secure-token-server.',
    ],
  },
  {
    code: 'edge-caches-across-tokens',
    severity: 'error',
    message: 'What was let through with a token is then served without one: a cache in front of the check keeps it.',
    remedy: [
      'Empty the cache after each change: what it still holds gives this finding again (proxy_cache_path in nginx).',
      'Check the token where the cache is, before it is asked: in nginx, secure_link beside proxy_cache, CORS with it.',
      'Or keep the token in the cache key: $request_uri in proxy_cache_key in place of $uri, the query of a CDN.',
      'With the key alone, a token that has ended opens what it has opened until the cache drops it.',
      'If there is no cache, a rule lets this one file pass.',
    ],
  },
  {
    code: 'edge-open',
    severity: 'error',
    message: 'The edge serves the URL without a token.',
    remedy: [
      'Look first whether the rule that checks tokens is switched on at all.',
      'Let it cover this path, also for HEAD and ranges.',
      'In nginx, the `location` that serves this path needs secure_link, and an `if` for an empty $secure_link.',
    ],
  },
  {
    code: 'edge-accepts-tampered',
    severity: 'error',
    message: 'The edge serves the URL with a token of which one character was changed.',
    remedy: ['Let the edge check the signature, and not only that a token is there or has not expired.'],
  },
  {
    code: 'edge-accepts-expired',
    severity: 'error',
    message: 'The edge serves the URL with a genuine token that has expired.',
    remedy: [
      'Let the edge compare the expiry with its clock.',
      'In nginx, secure_link needs both arguments (secure_link $arg_st,$arg_e;).',
      'secure_link_md5 then has $secure_link_expires, and if ($secure_link = "0") { return 410; } refuses.',
    ],
  },
  {
    code: 'edge-preflight-fails',
    severity: 'error',
    message: 'The token travels in headers, and the edge does not let the preflight pass: {why}.',
    remedy: [
      'Answer OPTIONS without a token with 204 and Access-Control-Allow-Origin.',
      'Name {headers} in Access-Control-Allow-Headers.',
    ],
  },
  {
    code: 'edge-cors-missing',
    severity: 'error',
    message: 'The edge serves this without CORS headers that let a page of {origin} read it: {why}.',
    remedy: [
      'Send Access-Control-Allow-Origin, once, with every answer of the edge.',
      'In nginx: add_header Access-Control-Allow-Origin {origin} always;',
      'With cookies also Access-Control-Allow-Credentials: true.',
    ],
  },
  {
    code: 'edge-cors-missing-on-refusal',
    severity: 'warning',
    message: 'The edge refuses ({status}) without CORS headers: to a page that is status 0, as a lost network is.',
    remedy: [
      'Send Access-Control-Allow-Origin with refusals, too.',
      'nginx does so where its line ends with `always`: add_header Access-Control-Allow-Origin … always;',
    ],
  },
  {
    code: 'edge-range-ignored',
    severity: 'warning',
    message: 'The edge answers a range with {status} and the whole file.',
    remedy: [
      'Let edge and origin pass Range on and answer 206.',
      'Without it nobody seeks in an MP4, and byte ranges of playlists fail.',
    ],
  },
  {
    code: 'edge-playlist-type',
    severity: 'warning',
    message: 'The playlist comes as {type}.',
    remedy: [
      'Send application/vnd.apple.mpegurl for .m3u8 and application/dash+xml for .mpd: Safari and Video.js look at it.',
      'In nginx, write include /etc/nginx/mime.types; or, in the location that serves the files,',
      'types { application/vnd.apple.mpegurl m3u8; application/dash+xml mpd; video/mp4 mp4 m4s; }',
      'In a bucket it is the Content-Type of the object.',
    ],
  },
  {
    code: 'edge-tokens-in-playlist',
    severity: 'warning',
    message: 'The playlist names its files with tokens.',
    remedy: [
      'That is right for casting and for links.',
      'For a player with a plugin let the playlist be without (`signPlaylists` of createEdgeHandler).',
      'Its tokens end with the playlist, and a cache gives those of one viewer to others.',
    ],
  },
] as const;

/** Peculiarities of the edge that nobody has to mend. */
export const edgeNotes = [
  {
    code: 'edge-expired-status',
    severity: 'note',
    message: 'The edge answers {status} to an expired token, not 410.',
    remedy: [
      'Nothing has to be done.',
      'With 410 a player knows that the secret is right, and a log tells the two apart.',
    ],
  },
  {
    code: 'edge-head-refused',
    severity: 'note',
    message: 'The edge answers {status} to HEAD with a good token, and serves GET.',
    remedy: ['Nothing has to be done for players.', 'Casting devices and link checkers send HEAD.'],
  },
] as const;
