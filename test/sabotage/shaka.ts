import type { Sabotage } from './sabotage.ts';

const transfer = 'packages/shaka/src/token-transfer.ts';
const session = 'packages/shaka/src/session.ts';

const promiseTest = 'test/browser/shaka-promise.test.ts';
const situationsTest = 'test/browser/shaka-situations.all.test.ts';
const playersTest = 'test/browser/shaka-players.all.test.ts';
const promise = 'Shaka plays past expiries and refusals, and nobody sees them: vod/dash/template.mpd';

export const shaka: readonly Sabotage[] = [
  {
    name: 'shaka-replay',
    promise: 'A refusal is replayed without a retry or an error.',
    file: transfer,
    find: 'if (!replay) throw',
    replace: 'if (replay) throw',
    noticedBy: { test: promiseTest, name: promise },
  },
  {
    name: 'shaka-unsigned-uri',
    promise: 'URLs that the player sees are unsigned.',
    file: transfer,
    find: 'uri: this.#source.unsign(response.uri)',
    replace: 'uri: response.uri',
    noticedBy: { test: promiseTest, name: promise },
  },
  {
    name: 'shaka-outage',
    promise: 'An outage of the signing endpoint is waited out while there is something on screen.',
    file: session,
    find: '(count < maxAttempts || this.#hasPicture())',
    replace: 'count < maxAttempts',
    noticedBy: {
      test: situationsTest,
      name: 'the signing endpoint is down for longer than the tokens live: Shaka 5.2',
    },
    needs: 'all',
  },
  {
    name: 'shaka-denied-replay',
    promise: 'A denial after a refusal is critical, with our error in its data.',
    file: transfer,
    find: 'if (isOutage(failure)) return recoverableError',
    replace: 'return recoverableError',
    noticedBy: { test: situationsTest, name: 'the viewer is denied after a refusal: Shaka 5.2' },
    needs: 'all',
  },
  {
    name: 'shaka-unload-waits',
    promise: 'A player that is unloaded does not wait for the signing endpoint.',
    file: session,
    find: '      promise,\n',
    replace: '',
    noticedBy: { test: playersTest, name: 'segments wait for a token, and the player is unloaded: Shaka 5.2' },
    needs: 'all',
  },
];
