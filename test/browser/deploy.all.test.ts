import { setTimeout as delay } from 'node:timers/promises';
import { createTokenSource } from 'secure-token-core';
import { describe, test } from 'vitest';
import type { ExpectStatic, TestContext } from 'vitest';
import { openChromium } from '../support/chromium.mjs';
import { Deployment } from '../support/deployment.ts';
import type { Edge } from '../support/edge-server.ts';
import { startEdge } from '../support/edge-server.ts';
import { createOrigins } from '../support/origins.ts';
import { startPageServer } from '../support/page.ts';
import type { Player } from '../support/player.ts';
import { openPlayer } from '../support/player.ts';
import { TRANSIT } from '../support/signer.ts';
import { expectNoMoreWaits } from '../support/untouched.ts';

const path = 'film/ts/lo/i.m3u8';
const config = { maxBufferLength: 3, maxMaxBufferLength: 3 };
const [secret, nextSecret] = ['a secret of the tests', 'the next secret of the tests'] as const;
/** Seconds that a token lives, so few that calls are under way all the time. */
const ttl = 6;

/** Viewers who begin to watch one after the other: a call and a request each, so that some are under way at any time. */
class Newcomers {
  readonly statuses: number[] = [];
  readonly errors: string[] = [];
  readonly #playing: Promise<void>[];
  #isOver = false;

  constructor(endpoint: string, film: string) {
    this.#playing = Array.from({ length: 4 }, () => this.#come(endpoint, film));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#playing);
  }

  async #come(endpoint: string, film: string): Promise<void> {
    while (!this.#isOver) {
      const source = createTokenSource({ endpoint, protect: film });
      source.addEventListener('tokenerror', ({ detail }) => this.errors.push(String(detail.error)));
      try {
        const { status, body } = await fetch((await source.sign(film)).url);
        await body?.cancel();
        this.statuses.push(status);
      } catch (error) {
        this.errors.push(String(error));
      }
      source.destroy();
      await delay(20);
    }
  }
}

interface Scene {
  readonly deployment: Deployment;
  readonly edge: Edge;
  /** hls.js, whose tokens open one URL each. */
  readonly player: Player;
  /** Plays the same without tokens. */
  readonly untouched: Player;
  readonly newcomers: Newcomers;
}

async function begin({ onTestFinished }: TestContext, env: Record<string, string> = {}): Promise<Scene> {
  const pages = await startPageServer();
  // behind by what a request that left in time may be under way on a busy machine
  const edge = await startEdge({ origin: createOrigins(), settings: { secrets: [secret], clockOffset: -TRANSIT } });
  const deployment = await Deployment.start({
    cdn: edge.origin,
    secret,
    env: { TTL: String(ttl), CALLS_PER_MINUTE: '100000', PAGE_ORIGINS: pages.origin, ...env },
  });
  const browser = await openChromium();
  const film = `${edge.origin}/exact/${path}`;
  const newcomers = new Newcomers(deployment.endpoint, film);
  onTestFinished(async () => {
    await newcomers.stop();
    await browser.close();
    for (const server of [deployment, edge, pages]) await server.stop();
  });
  const [player, untouched] = await Promise.all([
    openPlayer(browser, pages, { src: film, tokens: { endpoint: deployment.endpoint }, config }),
    openPlayer(browser, pages, { src: `${edge.origin}/open/${path}`, config }),
  ]);
  await Promise.all([player.play(), untouched.play()]);
  await playOn({ player }, 2);
  return { deployment, edge, player, untouched, newcomers };
}

async function playOn({ player }: Pick<Scene, 'player'>, seconds: number): Promise<void> {
  const { currentTime: from } = await player.snapshot();
  await player.until(({ currentTime }) => currentTime > from + seconds);
}

/** Expects that nobody has been refused, has waited or has heard of anything but renewals. */
async function expectUnnoticed(expect: ExpectStatic, scene: Scene): Promise<void> {
  const { deployment, edge, player, untouched, newcomers } = scene;
  await playOn(scene, ttl + 2);
  await newcomers.stop();
  const seen = await player.snapshot();
  expect(seen).toMatchObject({ faults: [], rejections: [], pageErrors: [], mediaError: undefined });
  expect(seen.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
  expect(seen.tokens.length).toBeGreaterThan(2);
  expectNoMoreWaits(seen, await untouched.snapshot());
  expect(edge.refusals()).toEqual([]);
  expect(newcomers.errors).toEqual([]);
  expect(new Set(newcomers.statuses)).toEqual(new Set([200]));
  expect(newcomers.statuses.length).toBeGreaterThan(20);
  expect(deployment.calls.filter(({ status }) => status !== 200)).toEqual([]);
  if (process.env.COUNTS) console.log(`${newcomers.statuses.length} newcomers, ${deployment.calls.length} calls`);
}

describe('hls.js, beside viewers who come all the time, sees nothing of', { tags: ['nginx', 'redis'] }, () => {
  test.concurrent('an instance that is killed, and one that comes back', async (context) => {
    const scene = await begin(context);
    const [instance, other] = scene.deployment.instances;
    await instance.kill();
    await playOn(scene, 4);
    const alone = other.log.length;
    await instance.restart();
    await expectUnnoticed(context.expect, scene);
    context.expect(alone).toBeGreaterThan(0);
  });

  test.concurrent('a rolling restart, during which each instance ends with 0', async (context) => {
    const scene = await begin(context);
    for (const instance of scene.deployment.instances) {
      context.expect(await instance.stop()).toBe(0);
      await instance.restart();
    }
    await expectUnnoticed(context.expect, scene);
    for (const { log } of scene.deployment.instances)
      context.expect(log.filter(({ level, event }) => level === 'error' && event === 'stop')).toEqual([]);
  });

  test.concurrent('Redis that is away for five seconds, and comes back empty', async (context) => {
    const scene = await begin(context);
    await scene.deployment.redis.kill();
    await delay(5000);
    await scene.deployment.redis.restart();
    await expectUnnoticed(context.expect, scene);
    for (const { log } of scene.deployment.instances)
      context
        .expect(log.filter(({ event }) => event === 'redis').map(({ level }) => level))
        .toEqual(['info', 'error', 'info']);
  });

  test.concurrent(
    'a rotated secret: the edge takes both, the instances sign with the next, the edge drops the first',
    async (context) => {
      const scene = await begin(context);
      const { deployment, edge, newcomers } = scene;
      edge.secrets = [nextSecret, secret];
      deployment.rotate(nextSecret);
      // read within a second; then the last token of the first secret has to end
      await delay((1 + ttl + 1) * 1000);
      edge.secrets = [nextSecret];
      const before = newcomers.statuses.length;
      await expectUnnoticed(context.expect, scene);
      context.expect(newcomers.statuses.length).toBeGreaterThan(before);
    },
  );
});
