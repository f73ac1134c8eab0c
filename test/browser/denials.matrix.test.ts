import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { DeniedPlayer } from '../support/denial-players.ts';
import { deniedPlayers } from '../support/denial-players.ts';
import { runIn } from '../support/engines.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { mediaTest as it } from '../support/media-test.ts';
import { inPart } from '../support/parts.ts';
import { standsStill } from '../support/recorded-page.ts';

/** A player on the page that is open, as a viewer and an app see it. */
class Viewing {
  readonly #page: Page;
  readonly #player: DeniedPlayer;
  readonly #args: object;

  private constructor(page: Page, player: DeniedPlayer, args: object) {
    this.#page = page;
    this.#player = player;
    this.#args = args;
  }

  /** Opens the page of `stage`, or loads it again, and plays there. */
  static async open(page: Page, stage: MediaStage, player: DeniedPlayer): Promise<Viewing> {
    const viewing = new Viewing(page, player, { url: stage.url(player.path), edge: `${stage.edge}/` });
    await page.goto(stage.origin);
    for (const path of player.scripts) await page.addScriptTag({ path });
    await viewing.#run(player.play);
    return viewing;
  }

  /** Resolves when the app knows that this viewer is denied. */
  async isDenied(): Promise<void> {
    await this.#run(`await until(() => seen.failures.includes('ERR_DENIED'), 'ERR_DENIED')`);
  }

  /** Resolves when it plays and has gone on by so many seconds: to where it was. */
  async plays(seconds: number): Promise<number> {
    const progress = this.#player.progress ?? 'video.currentTime';
    return this.#run(`const began = ${progress};
      await until(() => ${progress} > began + ${seconds}, 'it goes on');
      return began`);
  }

  /** Lets the player ask in mid-stream for what it has not asked for yet. */
  async needsMore(): Promise<void> {
    await this.#run(this.#player.seek ?? '');
  }

  async goOnAfterLogIn(): Promise<void> {
    await this.#run(this.#player.afterLogIn);
  }

  #run<T>(body: string): Promise<T> {
    return runIn(this.#page, body, this.#args);
  }
}

/** The newest of what keeps a denial outside of the page; each way that a player goes on; then all others. */
const inMain = ['secureVideo with a worker that asks', 'Video.js, MP4 without a worker'];
const isInMain = ({ name }: DeniedPlayer): boolean => inMain.includes(name);
const players = inPart(
  deniedPlayers.filter(isInMain),
  deniedPlayers.filter((player) => !isInMain(player)),
);

/** Opens `player` for a viewer who is denied at that moment; resolves when the app knows. */
const moments = {
  'at the start': async (page: Page, stage: MediaStage, player: DeniedPlayer): Promise<Viewing> => {
    stage.signer.denies = true;
    const viewing = await Viewing.open(page, stage, player);
    await viewing.isDenied();
    return viewing;
  },
  'in mid-stream': async (page: Page, stage: MediaStage, player: DeniedPlayer): Promise<Viewing> => {
    stage.network.rate = 400_000;
    stage.signer.ttl = 3;
    const viewing = await Viewing.open(page, stage, player);
    await viewing.plays(1);
    stage.signer.denies = true;
    await page.waitForTimeout(stage.signer.ttl * 1000);
    // what is under way outlives its token
    stage.network.cutAfter = [stage.network.passed];
    await viewing.needsMore();
    await viewing.isDenied();
    // nothing may have been under way, and what comes now is not cut
    stage.network.cutAfter = [];
    // a busy machine loads too little in three seconds
    stage.signer.ttl = 60;
    return viewing;
  },
};

describe.concurrent('a viewer is denied, and logs in (Chromium)', { tags: ['nginx'] }, () => {
  for (const player of players)
    for (const [moment, deny] of Object.entries(moments)) {
      const title = `${player.name}, denied ${moment}`;

      it(`${title}: the endpoint is left alone; renew() goes on there`, async ({ page, stage }) => {
        const viewing = await deny(page, stage, player);
        await standsStill(() => stage.signer.calls.length);
        stage.signer.denies = false;
        await viewing.goOnAfterLogIn();
        const stood = await viewing.plays(3);
        if (moment === 'in mid-stream') expect(stood, 'it has not begun anew').toBeGreaterThan(0.5);
      });

      it(`${title}: a page that is loaded again asks again, and plays after a log-in`, async ({ page, stage }) => {
        await deny(page, stage, player);
        const calls = stage.signer.calls.length;
        await (await Viewing.open(page, stage, player)).isDenied();
        expect(stage.signer.calls.length).toBeGreaterThan(calls);
        stage.signer.denies = false;
        await (await Viewing.open(page, stage, player)).plays(2);
      });

      it(`${title}: after a log-in it plays in a second tab, and then in the first`, async ({
        context,
        page,
        stage,
      }) => {
        const first = await deny(page, stage, player);
        stage.signer.denies = false;
        await (await Viewing.open(await context.newPage(), stage, player)).plays(2);
        await first.goOnAfterLogIn();
        await first.plays(2);
      });
    }
});
