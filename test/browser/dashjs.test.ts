import { test } from 'vitest';
import { fine, openDash } from '../support/dashjs-player.ts';
import { stageFor } from '../support/stage.ts';

test.concurrent(
  'every second request is refused, and tokens live three seconds: dash.js notices nothing',
  async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { edge: { refuseEvery: 2 }, signer: { ttl: 3 } });
    const player = await openDash(stage, 'exact');
    await player.play();
    const seen = await player.until(({ currentTime }) => currentTime > 8);
    expect(seen).toMatchObject({ ...fine, parts: 1 });
    expect(
      seen.requests.filter(({ status }) => status !== 200),
      'no refusal in the metrics',
    ).toEqual([]);
    expect(stage.edge.refusals().length).toBeGreaterThan(3);
    // the page hears of a refusal a moment after the edge has counted it
    stage.edge.refuseEvery = 0;
    await player.until(
      ({ tokens }) => tokens.filter(({ type }) => type === 'tokenrefused').length === stage.edge.refusals().length,
    );
    expect(
      seen.urls.filter((url) => /[?&](st|e)=/.test(url)),
      'signed URLs that the player has seen',
    ).toEqual([]);
    expect(player.requests.filter((url) => !url.includes('?st=')).filter((url) => url.startsWith(stage.cdn))).toEqual(
      [],
    );
  },
);
