import { expect, test } from 'vitest';
import { filmStage, openExpired } from '../support/film-stage.ts';

/** The element of the player. */
const media = `window.players[0].tech(true).el()`;

test.concurrent(
  'the last frame stays on screen while the source is replaced, over the picture alone',
  async (context) => {
    const stage = await filmStage(context);
    const player = await openExpired(stage, 'query');
    // long enough to be seen
    stage.signer.delay = 1;
    const held = await player.page.evaluate<{ isAfterPicture: boolean; size: number[]; left: number }>(
      `(async () => {
      const { players: [player] } = window;
      const seen = new Promise((resolve) =>
        new MutationObserver((records) => {
          const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
          const canvas = added.find(({ nodeName }) => nodeName === 'CANVAS');
          if (!canvas) return;
          const { offsetWidth, offsetHeight } = canvas;
          resolve({ isAfterPicture: canvas.previousElementSibling === ${media}, size: [offsetWidth, offsetHeight] });
        }).observe(player.el(), { childList: true }));
      player.currentTime(16);
      const loaded = new Promise((resolve) =>
        ${media}.addEventListener('loadeddata', () => resolve('no frame was held')));
      const frame = await Promise.race([seen, loaded]);
      await loaded;
      while (document.querySelector('canvas')) await new Promise((resolve) => setTimeout(resolve, 20));
      return frame;
    })()`,
    );
    const size = await player.page.evaluate<number[]>(`[${media}.offsetWidth, ${media}.offsetHeight]`);
    expect(held).toEqual({ isAfterPicture: true, size });
    expect(await player.snapshot()).toMatchObject({ error: null, paused: true, currentTime: 16, pageErrors: [] });
  },
);

test.concurrent('the rates stay what they were, and so does picture-in-picture', async (context) => {
  const stage = await filmStage(context);
  const player = await openExpired(stage, 'query');
  await player.page.evaluate(`(async () => {
    const element = ${media};
    Object.assign(element, { defaultPlaybackRate: 1.25, playbackRate: 1.5 });
    // some browsers show none
    await element.requestPictureInPicture().catch(() => undefined);
  })()`);
  const isShown = `document.pictureInPictureElement === ${media}`;
  const wasShown = await player.page.evaluate(isShown);
  const src = await player.page.evaluate(`${media}.src`);
  await player.page.evaluate(`window.players[0].currentTime(16)`);
  await player.until(({ currentTime, readyState }) => currentTime === 16 && readyState > 1);
  expect(await player.page.evaluate(`${media}.src`)).not.toBe(src);
  expect(await player.page.evaluate(`[${media}.defaultPlaybackRate, ${media}.playbackRate]`)).toEqual([1.25, 1.5]);
  expect(await player.page.evaluate(isShown)).toBe(wasShown);
});
