/**
 * The rooms of `src`: its folders. A room imports from those that it names, all of which stand above it here, so that no
 * arrow leads back. `playlists` is a guest: no room imports it, and it asks a token source through `contract/playlist.ts`.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const rooms = {
  carriers: [],
  contract: ['carriers'],
  tokens: ['carriers', 'contract'],
  calls: ['contract', 'tokens'],
  requests: ['contract', 'tokens', 'calls'],
  adapter: ['contract', 'tokens', 'calls', 'requests'],
  adopt: ['contract', 'tokens', 'adapter'],
  playlists: ['contract'],
};

/**
 * What any room may import: files beside the rooms, each of which says in its name what it is about, and the texts of
 * development builds, on which no decision depends.
 */
const SHARED = [
  'bounded-map',
  'console-lines',
  'check',
  'older-browsers',
  'source-context',
  'url-text',
  'waiting',
  'development/[^/]+',
];

/** Files beside the rooms, by the room that may import them. @type {Readonly<Record<string, readonly string[]>>} */
const OWN = { adapter: ['create-token-source'], carriers: ['contract/token'] };

for (const [i, [room, imports]] of Object.entries(rooms).entries()) {
  const back = imports.filter((each) => Object.keys(rooms).indexOf(each) >= i);
  if (back.length > 0) throw new Error(`eslint.rooms.mjs: ${room} imports ${back.join(', ')}, not above it`);
}

const message = 'Rooms of core import only what packages/core/eslint.rooms.mjs lets them.';

/** @type {(files: string, regex: string, ignores?: string[]) => import('eslint').Linter.Config} */
const forbid = (files, regex, ignores = []) => ({
  files: [`packages/core/src/${files}`],
  ignores,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
});

/** @type {(room: string, imports: readonly string[]) => string} */
const allowedFiles = (room, imports) =>
  [...imports.map((each) => `${each}/[^/]+`), ...SHARED, ...(OWN[room] ?? [])].join('|');

export const coreRooms = [
  // a folder that has no row imports nothing
  forbid('*/**/*.ts', '^\\.\\./', ['packages/core/src/development/**']),
  ...Object.entries(rooms).map(([room, imports]) =>
    forbid(`${room}/**/*.ts`, `^\\.\\./(?!(?:${allowedFiles(room, imports)})\\.ts$)`),
  ),
  forbid('*.ts', '^\\./playlists/', ['packages/core/src/playlists.ts']),
];
