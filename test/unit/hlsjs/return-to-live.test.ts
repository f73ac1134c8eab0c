import Hls from 'hls.js';
import { describe, expect, test } from 'vitest';
import { returnToLive } from '../../../packages/hlsjs/src/return-to-live.ts';

type Listener = (event: string, data: object) => void;

/** hls.js as far as it is asked here; without `media` it throws at whoever asks for its position, as a destroyed one. */
function playing(media: object | null) {
  const listeners: Listener[] = [];
  const hls = {
    media,
    config: { maxFragLookUpTolerance: 0.25 },
    on: (_: string, listener: Listener) => listeners.push(listener),
    get liveSyncPosition() {
      if (!this.media) throw new TypeError('destroyed');
      return 90;
    },
  };
  returnToLive(hls as unknown as Hls);
  const update = (details: object): Promise<void> => {
    for (const listener of listeners) listener(Hls.Events.LEVEL_UPDATED, { details });
    return Promise.resolve();
  };
  return { hls, update };
}

const waiting = (currentTime: number) => ({
  currentTime,
  duration: 100,
  readyState: 2,
  paused: false,
  ended: false,
  seeking: false,
  buffered: { length: 0 },
});
const details = { live: true, fragmentStart: 70 };

describe('return to live, after an update of the media playlist', () => {
  test('a picture that waits in front of the window: playback goes on at the live sync position', async () => {
    const media = waiting(30);
    await playing(media).update(details);
    expect(media.currentTime).toBe(90);
  });

  test('a picture within the window stays where it is', async () => {
    const media = waiting(75);
    await playing(media).update(details);
    expect(media.currentTime).toBe(75);
  });

  test('hls.js was destroyed by another listener of the update: nothing is asked of it', async () => {
    const { hls, update } = playing(waiting(30));
    const failures: unknown[] = [];
    const fails = (error: unknown): void => void failures.push(error);
    process.on('uncaughtException', fails);
    const updated = update(details);
    hls.media = null;
    await updated;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('uncaughtException', fails);
    expect(failures).toEqual([]);
  });
});
