/** @type {(name: string) => string[]} */
const ofPlayer = (name) => [`test/unit/${name}/`, `test/browser/${name}-`, 'test/browser/players/'];

/** Test files that concern a package, by a part of their path. */
const concerns = {
  core: [
    'test/unit/core/',
    'test/session/',
    'test/growth/core',
    'test/properties/any-order',
    'test/properties/protocol',
  ],
  hlsjs: [...ofPlayer('hlsjs'), 'test/browser/content-security-'],
  videojs: [...ofPlayer('videojs'), 'test/browser/content-security-'],
  shaka: ofPlayer('shaka'),
  dashjs: ofPlayer('dashjs'),
  fetch: ofPlayer('fetch'),
  'media-element': ['test/unit/media-element/', 'test/browser/mp4', 'test/browser/videojs-'],
  progressive: ['test/unit/progressive/', 'test/browser/mp4', 'test/browser/players/mistakes'],
  worker: [...ofPlayer('worker'), 'test/browser/worker.', 'test/browser/mp4.', 'test/browser/content-security-'],
  server: [
    'test/unit/server/',
    'test/vectors/',
    'test/cat/',
    'test/properties/',
    'test/growth/server',
    ...['azion-firewall', 'edge', 'signing-endpoint'].map((name) => `test/dist/${name}`),
    'test/browser/edge-',
  ],
  cli: [
    'test/unit/cli/',
    'test/properties/doctor',
    'test/dist/cli',
    'test/dist/conform',
    'test/dist/docs-endpoints',
    'test/browser/examples.test',
  ],
};

/**
 * @param {string} arg
 * @returns {arg is keyof typeof concerns}
 */
const isPackage = (arg) => Object.hasOwn(concerns, arg);

const switches = ['--all', '--rest', '--programs', '--project'];

/**
 * Arguments of `npm test` and `npm run test:all`: names of packages, `--all`, `--rest`, `--programs`, `--project NAME`;
 * whatever else is for Vitest.
 * @param {string[]} args
 * @returns {{ packages: (keyof typeof concerns)[], all: boolean, rest: boolean, programs: boolean, projects: string[],
 *   vitest: string[] }} no `projects`: all of them
 */
export function readArguments(args) {
  const isNameOfProject = (/** @type {number} */ index) => args[index - 1] === '--project';
  const others = args.filter((_, index) => !isNameOfProject(index));
  return {
    packages: others.filter(isPackage),
    all: args.includes('--all'),
    rest: args.includes('--rest'),
    programs: args.includes('--programs'),
    projects: args.filter((_, index) => isNameOfProject(index)),
    vitest: others.filter((arg) => !isPackage(arg) && !switches.includes(arg)),
  };
}

/**
 * Filters for Vitest: the test files that concern these packages. @type {(packages: (keyof typeof concerns)[]) =>
 * string[]}
 */
export const concerning = (packages) => [...new Set(packages.flatMap((name) => concerns[name]))];
