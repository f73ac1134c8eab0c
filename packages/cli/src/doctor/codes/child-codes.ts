/** Faults of the files that a playlist names. */
export const childFaults = [
  {
    code: 'child-insecure',
    severity: 'error',
    message: 'The playlist has https and names a file over http: browsers block it.',
    remedy: ['Write relative URLs or https URLs into the playlist.'],
  },
  {
    code: 'child-other-host',
    severity: 'warning',
    message: 'The playlist names a file ({kind}) on {origin}, {how}.',
    remedy: [
      'Name that origin in `protect` of the player and in `allow` of the endpoint.',
      'Let the edge of that origin check the same tokens.',
    ],
  },
  {
    code: 'child-refused',
    severity: 'error',
    message: 'The edge answers {status} to a file of the playlist ({kind}), {how}.',
    remedy: [
      'If the endpoint sends `prefix` and the edge hashes the path, send a token with `url` for each file.',
      'A token with `prefix` is right only if signer and edge both hash the folder.',
      'If tokens open one URL, sign this file too.',
      'Names with spaces, + or % have several spellings: see `pathForm` in the README of secure-token-server.',
    ],
  },
  {
    code: 'child-not-found',
    severity: 'warning',
    message: 'The edge answers {status} to a file that the playlist names ({kind}).',
    remedy: ['Check that the file exists, and that its URL is right relative to the playlist.'],
  },
  {
    code: 'child-open',
    severity: 'warning',
    message: 'The edge serves a file of the playlist ({kind}) without a token, but not the playlist.',
    remedy: [
      'Let the rule that checks tokens cover this path, too.',
      'In nginx, a `location ~` takes precedence over `location /`, and needs its own secure_link with both `if`.',
    ],
  },
] as const;

/** Peculiarities of the files that a playlist names; they need no remedy. */
export const childNotes = [
  {
    code: 'child-on-second-host',
    severity: 'note',
    message: 'The playlist names a file ({kind}) on {origin}, and the endpoint has sent a token for it.',
    remedy: ['Name that origin in `protect` of the player: by default, only the origin of the source gets tokens.'],
  },
] as const;
