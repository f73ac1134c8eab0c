/**
 * The rooms of `src`: the page's side, the worker's, and what they say to each other. The two run in different places,
 * and each is shipped without the other. Entry points (`src/*.ts`) import from every room.
 * @type {(room: string, regex: string) => import('eslint').Linter.Config}
 */
const forbid = (room, regex) => ({
  files: [`packages/worker/src/${room}/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [{ regex, message: 'Page and worker import of each other what is in wire, which imports neither.' }],
      },
    ],
  },
});

export const workerRooms = [
  // a folder that has no row imports nothing
  forbid('*', '^\\.\\./'),
  forbid('page', '^\\.\\./(?!wire/)'),
  forbid('worker', '^\\.\\./(?!wire/)'),
];
