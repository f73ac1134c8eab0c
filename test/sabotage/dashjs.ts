import type { Sabotage } from './sabotage.ts';

const dashjsTest = 'test/browser/dashjs.test.ts';
const live = 'a live stream goes by';

export const dashjs: readonly Sabotage[] = [
  {
    name: 'dashjs-chunks',
    promise: 'Segments that are read while they arrive are signed, too.',
    file: 'packages/dashjs/src/sign-loads.ts',
    find: "['XHRLoader', 'FetchLoader']",
    replace: "['XHRLoader']",
    noticedBy: { test: dashjsTest, name: live },
  },
];
