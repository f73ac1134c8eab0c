/** Faults of the files that a playlist names. */
export const childFaults = [
  {
    code: 'child-insecure',
    severity: 'error',
    message: 'The playlist names a file over http, below https: browsers block it.',
    remedy: ['Write relative names into the playlist, or https.'],
  },
  {
    code: 'child-other-host',
    severity: 'warning',
    message: 'The playlist names a file ({kind}) on {origin}, {how}.',
    remedy: [
      'Name that origin in `protect` of the player and in `allow` of the endpoint.',
      'Let its edge check the same tokens.',
    ],
  },
  {
    code: 'child-refused',
    severity: 'error',
    message: 'The edge answers {status} to a file of the playlist ({kind}), {how}.',
    remedy: [
      'Where the endpoint says `prefix`, and the edge hashes the path, answer a token for each file with its `url`.',
      'A token with `prefix` is right only where signer and edge both hash the folder.',
      'Sign this file, too: a token of one URL opens no other one.',
      'Names with spaces, + or % have several spellings: see `pathForm` in the README of secure-token-server.',
    ],
  },
  {
    code: 'child-not-found',
    severity: 'warning',
    message: 'The edge answers {status} to a file that the playlist names ({kind}).',
    remedy: ['Check that the file is there, and what the playlist is relative to.'],
  },
  {
    code: 'child-open',
    severity: 'warning',
    message: 'A file of the playlist ({kind}) is served without a token, and the playlist is not.',
    remedy: [
      'Let the rule that checks tokens cover this path, too.',
      'In nginx, a `location ~` wins over `location /`, and needs secure_link with both `if` of its own.',
    ],
  },
] as const;

/** Peculiarities of the files that a playlist names, which nobody has to mend. */
export const childNotes = [
  {
    code: 'child-on-second-host',
    severity: 'note',
    message: 'The playlist names a file ({kind}) on {origin}, for which there is a token.',
    remedy: ['Name that origin in `protect` of the player: without it only the origin of the source gets tokens.'],
  },
] as const;
