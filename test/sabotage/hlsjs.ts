import type { Sabotage } from './sabotage.ts';
import { withoutCall } from './sabotage.ts';

const install = 'packages/hlsjs/src/install.ts';
const originalController = 'packages/hlsjs/src/original-controller.ts';
const secureToken = 'packages/hlsjs/src/secure-token.ts';

const hlsjsChildrenTest = 'test/browser/hlsjs-children.test.ts';
const hlsjsKeysTest = 'test/browser/hlsjs-keys.matrix.test.ts';
const hlsjsCmcdTest = 'test/browser/hlsjs-cmcd.matrix.test.ts';
const hlsjsInstallTest = 'test/browser/hlsjs-install.matrix.test.ts';
const hlsjsUnsignedTest = 'test/browser/hlsjs-unsigned.matrix.test.ts';

export const hlsjs: readonly Sabotage[] = [
  {
    name: 'hlsjs-interstitials',
    promise: 'The child players of interstitials carry tokens.',
    file: install,
    find: 'abrController: installing(',
    replace: 'noController: installing(',
    noticedBy: {
      test: hlsjsChildrenTest,
      name: 'interstitials of hls.js 1.7 the instance form X-ASSET-URI on the same origin',
    },
  },
  {
    name: 'hlsjs-licence-signed',
    promise: 'DRM licence requests carry a token.',
    file: install,
    find: 'config.licenseXhrSetup =',
    replace: 'void',
    noticedBy: { test: hlsjsKeysTest, name: 'DRM licences, hls.js 1.7 the request is signed' },
  },
  {
    name: 'hlsjs-cmcd',
    promise: 'With CMCD the URL is signed last, CMCD included.',
    file: install,
    find: 'if (!outer.loader?.load) return',
    replace: 'return',
    noticedBy: {
      test: hlsjsCmcdTest,
      name: 'hls.js 1.7 with CMCD and a signature of the full URL the instance form, CMCD in query',
    },
  },
  {
    name: 'hlsjs-playlist-loader',
    promise: "The app's own pLoader keeps working, and what it loads is signed.",
    file: install,
    find: 'config.pLoader = wrap(',
    replace: 'void wrap(',
    noticedBy: {
      test: 'test/browser/hlsjs-app-loaders.matrix.test.ts',
      name: 'hls.js 1.7 what the app has set keeps working, with the instance form: loader, pLoader and fLoader',
    },
  },
  {
    name: 'hlsjs-default-config',
    promise: 'secureTokenConfig() may stand in Hls.DefaultConfig.',
    file: originalController,
    find: 'if (present && !standIns.has(present))',
    replace: 'if (present)',
    noticedBy: { test: hlsjsInstallTest, name: 'hls.js 1.7 in Hls.DefaultConfig' },
  },
  {
    name: 'hlsjs-frame-rate',
    promise: 'With secureTokenConfig() in Hls.DefaultConfig hls.js still looks for dropped frames.',
    file: originalController,
    find: 'hlsClass.DefaultConfig = undefined',
    replace: 'void undefined',
    noticedBy: {
      test: 'test/browser/hlsjs-differential.matrix.test.ts',
      name: 'secureTokenConfig in Hls.DefaultConfig with the plugin, too: hls.js as a module',
    },
  },
  {
    name: 'hlsjs-attached-late',
    promise: 'Attached after loadSource, it protects the origin of that source and no other.',
    file: install,
    ...withoutCall('source.allow'),
    noticedBy: { test: hlsjsInstallTest, name: 'hls.js 1.7 attached after loadSource' },
  },
  {
    name: 'hlsjs-newest-source',
    promise: 'Called again, the newest source signs.',
    file: install,
    find: '=> sources.get(hls)!;',
    replace: '=> source;',
    noticedBy: { test: hlsjsInstallTest, name: 'hls.js 1.7 called again, the newest source signs' },
  },
  {
    name: 'hlsjs-app-config',
    promise: "The app's configuration object is left as it was.",
    file: install,
    find: 'Object.assign(hls, { userConfig });',
    replace: 'Object.assign(hls.userConfig, userConfig);',
    noticedBy: { test: hlsjsInstallTest, name: "hls.js 1.7 hls.destroy() destroys the plugin's own" },
  },
  {
    name: 'hlsjs-lost-configuration',
    promise: 'Where a player loses the configuration and its playlist is refused, the console says so.',
    file: secureToken,
    ...withoutCall('configurationWatch.begin'),
    noticedBy: {
      test: hlsjsUnsignedTest,
      name: 'a request that hls.js 1.7 did not sign, and the edge refuses the player around it has lost',
    },
  },
  {
    name: 'hlsjs-unsigned-elsewhere',
    promise: 'Where the player or the page asks for a protected URL without a token, the console says so.',
    file: install,
    ...withoutCall('watchUnsignedRequests'),
    noticedBy: {
      test: hlsjsUnsignedTest,
      name: 'a request that hls.js 1.7 did not sign, and the edge refuses the page itself has asked (config form)',
    },
  },
];
