import type { TokenSource } from 'secure-token-core';
import type Player from 'video.js/dist/types/player.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { signEmulatedTextTracks } from '../../../packages/videojs/src/emulated-text-tracks.ts';
import type { Session } from '../../../packages/videojs/src/session.ts';
import { unsignGetters } from '../../../packages/videojs/src/unsigned-getters.ts';
import type { Videojs } from '../../../packages/videojs/src/vhs.ts';

class FakePlayer {
  src = undefined as unknown;
  on(): void {}
  off(): void {}
  currentSource(): object {
    return { src: 'signed' };
  }
  currentSources(): object[] {
    return [{ src: 'signed' }];
  }
  addRemoteTextTrack(): unknown {
    return 'a track';
  }
  remoteTextTracks(): object {
    return { on: () => undefined, off: () => undefined };
  }
  readonly tracks: object[] = [];
  remoteTextTrackEls(): object[] {
    return this.tracks;
  }
}
FakePlayer.prototype.src = () => 'signed';

const NAMES = ['src', 'currentSource', 'currentSources', 'addRemoteTextTrack'] as const;
type Methods = Record<(typeof NAMES)[number], () => unknown>;

let player: Methods;
beforeEach(() => {
  const fake = new FakePlayer();
  Reflect.deleteProperty(fake, 'src');
  player = fake as unknown as Methods;
});

/** Sets up what puts methods on the player. Call the result to stop. */
function install(): () => void {
  const source = { unsign: () => 'unsigned' } as unknown as TokenSource;
  const session = { player: player as unknown as Player, source } as Session;
  const stops = [unsignGetters(session.player, source), signEmulatedTextTracks({ xhr: {} } as Videojs, session)];
  return () => stops.forEach((stop) => stop());
}

describe.each(NAMES)('%s of the player, once the plugin is disposed of', (name) => {
  test('is that of Video.js, if there was no other', () => {
    const stop = install();
    expect(Object.hasOwn(player, name)).toBe(true);
    stop();
    expect(Object.hasOwn(player, name)).toBe(false);
  });

  test('is that of the app, which was there before', () => {
    const own = (): unknown => [];
    player[name] = own;
    const stop = install();
    expect(player[name]).not.toBe(own);
    stop();
    expect(player[name]).toBe(own);
  });

  test('is that of the app, which came later and calls ours', () => {
    const expected = player[name]();
    const stop = install();
    const ours = player[name];
    const own = (): unknown => ours();
    player[name] = own;
    stop();
    expect(player[name]).toBe(own);
    expect(player[name]()).toEqual(expected);
  });
});

test('a text track that Video.js loads on demand is loaded by Video.js again, or by the next plugin', () => {
  const track = Object.assign(new EventTarget(), { preload_: false, mode: 'disabled', cues: [] });
  const modes: string[] = [];
  Object.defineProperty(track, 'mode', {
    get: () => modes.at(-1) ?? 'disabled',
    set: (mode: string) => {
      modes.push(mode);
      track.dispatchEvent(new Event('modechange'));
    },
  });
  (player as unknown as FakePlayer).tracks.push({ track });
  install()();
  expect(track.preload_).toBe(false);
  track.mode = 'showing';
  expect(modes).toEqual(['showing']);
  const stop = install();
  track.mode = 'hidden';
  expect(modes.slice(1)).toEqual(['hidden', 'disabled', 'hidden']);
  stop();
});
