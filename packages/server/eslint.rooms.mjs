/**
 * The rooms of `src`: its folders. A room imports from those that it names, all of which stand above it here, so that
 * no arrow leads back. Where `doors` are named, other rooms import these files and no others. Entry points (`src/*.ts`)
 * import from every room. A folder within a room is a family: it imports nothing from the room around it, and the room
 * imports of it what `families` names.
 * @typedef {object} Room
 * @property {string} room
 * @property {readonly string[]} [imports]
 * @property {readonly string[]} [doors] every file, if it is left out
 * @property {readonly string[]} [families]
 */

/** @type {readonly Room[]} */
const rooms = [
  { room: 'errors' },
  { room: 'crypto', imports: ['errors'] },
  { room: 'url', imports: ['errors'] },
  { room: 'http', imports: ['errors', 'url'] },
  { room: 'node', imports: ['errors', 'url', 'http'], doors: [] },
  { room: 'token', imports: ['errors', 'url'] },
  { room: 'format-parts', imports: ['errors', 'crypto', 'url', 'http', 'token'] },
  {
    room: 'formats',
    imports: ['errors', 'crypto', 'url', 'http', 'token', 'format-parts'],
    doors: ['azion'],
  },
  { room: 'jwt', imports: ['errors', 'crypto', 'url', 'token', 'format-parts'], doors: [] },
  { room: 'stores', imports: ['errors', 'crypto', 'url', 'token', 'format-parts'], doors: [] },
  { room: 'cat', imports: ['errors', 'crypto', 'url', 'token', 'format-parts'], doors: [] },
  {
    room: 'playlist',
    imports: ['errors', 'url', 'http', 'token'],
    doors: ['playlist-expander', 'sign-playlist'],
  },
  { room: 'sessions', imports: ['errors', 'crypto'], doors: ['sessions'] },
  {
    room: 'edge',
    imports: ['errors', 'url', 'http', 'token', 'playlist', 'sessions'],
    doors: ['edge-refusal'],
  },
  {
    room: 'endpoint',
    imports: ['errors', 'crypto', 'url', 'http', 'token', 'playlist', 'sessions'],
    doors: [],
  },
  { room: 'azion', imports: ['errors', 'url', 'http', 'formats', 'edge'], doors: [] },
];

for (const [i, { room, imports = [] }] of rooms.entries()) {
  const back = imports.filter((each) => !rooms.slice(0, i).some((above) => above.room === each));
  if (back.length > 0) throw new Error(`eslint.rooms.mjs: ${room} imports ${back.join(', ')}, not above it`);
}

const message = 'Rooms of the server import only what packages/server/eslint.rooms.mjs lets them.';

/** @type {(files: string, ...patterns: string[]) => import('eslint').Linter.Config} */
const forbid = (files, ...patterns) => ({
  files: [`packages/server/src/${files}`],
  rules: { 'no-restricted-imports': ['error', { patterns: patterns.map((regex) => ({ regex, message })) }] },
});

/** What stands behind the `../` of an import that a room may have. @type {(room: Room) => string} */
const allowedFiles = ({ imports = [] }) => {
  const files = rooms
    .filter(({ room }) => imports.includes(room))
    .map(({ room, doors = ['[^/]+'] }) => `${room}/(?:${doors.join('|')})`);
  return `(?:${files.join('|')})\\.ts$`;
};

export const serverRooms = [
  // a folder that has no row imports nothing
  forbid('*/**/*.ts', '^\\.\\./'),
  ...rooms.flatMap((room) => {
    const { room: folder, families = [] } = room;
    const otherFiles = `(?!${allowedFiles(room)})`;
    const ownFamilies = `(?!(?:${families.join('|')})\\.ts$)`;
    return [
      forbid(`${folder}/*.ts`, `^\\.\\./${otherFiles}`, `^\\./${ownFamilies}[^/]+/`),
      forbid(`${folder}/*/*.ts`, `^\\.\\./(?!\\.\\./)`, `^\\.\\./\\.\\./${otherFiles}`),
    ];
  }),
];
