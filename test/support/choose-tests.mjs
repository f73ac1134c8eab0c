/** Test files that concern a package, by a part of their path. */
const concerns = {
  core: ['test/unit/core/', 'test/session/', 'test/growth/core', 'test/properties/protocol'],
  hlsjs: [
    'test/unit/hlsjs/',
    'test/browser/hlsjs-',
    'test/browser/content-security-',
    'test/browser/denials',
    'test/browser/licenses',
  ],
  videojs: [
    'test/unit/videojs/',
    'test/browser/videojs-',
    'test/browser/content-security-',
    'test/browser/denials',
    'test/browser/licenses',
  ],
  shaka: ['test/unit/shaka/', 'test/browser/shaka-', 'test/browser/denials', 'test/browser/licenses'],
  dashjs: ['test/unit/dashjs/', 'test/browser/dashjs-', 'test/browser/denials', 'test/browser/licenses'],
  'media-element': ['test/unit/media-element/', 'test/browser/mp4-', 'test/browser/videojs-', 'test/browser/denials'],
  progressive: ['test/unit/progressive/', 'test/browser/mp4-', 'test/browser/denials'],
  worker: [
    'test/unit/worker/',
    'test/browser/mp4-worker',
    'test/browser/mp4-native-hls',
    'test/browser/videojs-worker',
    'test/browser/content-security-',
    'test/browser/worker-',
    'test/browser/denials',
  ],
  fetch: ['test/unit/fetch/', 'test/browser/fetch-', 'test/browser/denials'],
  server: [
    'test/unit/server/',
    'test/vectors/',
    'test/cat/',
    'test/properties/',
    'test/growth/server',
    'test/growth/verify',
    'test/load/',
    ...['azion-firewall', 'edge', 'signing-endpoint'].map((name) => `test/dist/${name}`),
    'test/browser/verifier',
    'test/browser/native-signed-playlist',
  ],
  cli: [
    'test/unit/cli/',
    'test/properties/doctor',
    'test/dist/cli',
    'test/dist/conform',
    'test/dist/docs-endpoints',
    'test/browser/serve-page',
    'test/browser/doctor-',
    'test/browser/examples-doctor',
  ],
};

/**
 * @param {string} arg
 * @returns {arg is keyof typeof concerns}
 */
const isPackage = (arg) => Object.hasOwn(concerns, arg);

const switches = ['--all', '--rest', '--programs'];

/**
 * Arguments of `npm test` and `npm run test:all`: names of packages, `--all`, `--rest`, `--programs`; whatever else is
 * for Vitest.
 * @param {string[]} args
 * @returns {{ packages: (keyof typeof concerns)[], all: boolean, rest: boolean, programs: boolean, vitest: string[] }}
 */
export function readArguments(args) {
  return {
    packages: args.filter(isPackage),
    all: args.includes('--all'),
    rest: args.includes('--rest'),
    programs: args.includes('--programs'),
    vitest: args.filter((arg) => !isPackage(arg) && !switches.includes(arg)),
  };
}

/**
 * Filters for Vitest: the test files that concern these packages. @type {(packages: (keyof typeof concerns)[]) =>
 * string[]}
 */
export const concerning = (packages) => [...new Set(packages.flatMap((name) => concerns[name]))];
