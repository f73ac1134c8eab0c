import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { longMp4 } from '../../examples/origin/long-mp4.mjs';
import { createSigningEndpoint, signUrl } from '../../packages/server/src/index.ts';
import { s3 } from '../../packages/server/src/s3.ts';
import { openChromium } from '../support/chromium.mjs';
import { runIn } from '../support/engines.ts';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import type { PageServer } from '../support/page.ts';
import { startPageServer } from '../support/page.ts';
import { hlsjs } from '../support/players.ts';
import type { S3Server } from '../support/s3-server.ts';
import { s3Keys, startS3Server } from '../support/s3-server.ts';
import { TRANSIT, withTransit } from '../support/signer.ts';

/** Seconds that a token lives. */
const ttl = 4;
/** Seconds after which the store takes a signature no more, fewer than what is played. */
const maxTtl = ttl + TRANSIT;

describe('a bucket of S3, in Chromium', { tags: ['s3rver'] }, () => {
  let store: S3Server;
  let signer: Listening;
  let pages: PageServer;
  let browser: Awaited<ReturnType<typeof openChromium>>;
  let page: Page;
  let bucket: string;
  let format: ReturnType<typeof s3>;
  /** Statuses and signatures of what the store was asked for. */
  let answers: { status: number; signature: string | null }[];

  beforeAll(async () => {
    store = await startS3Server();
    bucket = `${store.endpoint}/films/`;
    const media = 'test/media/fmp4';
    for (const file of readdirSync(media, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name)))
      await store.put(`fmp4/${file}`, readFileSync(join(media, file)));
    const film = longMp4(readFileSync('test/media/v.mp4'), { turns: 30, size: 32e6 });
    await store.put('film.mp4', Buffer.concat([...film]));
    format = s3({
      ...s3Keys,
      region: 'us-east-1',
      endpoint: store.endpoint,
      bucket: 'films',
      maxTtl,
    });
    pages = await startPageServer();
    const cors = { origins: [pages.origin] };
    signer = await listen(
      createSigningEndpoint({ format: withTransit(format, TRANSIT), allow: bucket, ttl, authorize: () => true, cors }),
    );
    browser = await openChromium();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    for (const each of [pages, store]) await each.stop();
    await signer.close();
  });
  beforeEach(async () => {
    const context = await browser.newContext();
    answers = [];
    context.on('response', (response) => {
      const url = new URL(response.url());
      // what the worker hands to the page is the answer to its own request
      if (response.fromServiceWorker() || response.request().method() === 'OPTIONS') return;
      if (url.href.startsWith(bucket))
        answers.push({ status: response.status(), signature: url.searchParams.get('X-Amz-Signature') });
    });
    page = await context.newPage();
    await page.goto(pages.url(hlsjs.scripts));
  });
  afterEach(() => page.context().close());

  const options = () => ({ endpoint: `${signer.origin}/token`, protect: bucket, bucket });
  const untilIn = `
    const video = document.querySelector('video');
    const until = async (test) => { while (!test()) await new Promise((resolve) => setTimeout(resolve, 20)); };`;

  test('a signature that has run out is refused: whoever plays past its end has another one', async () => {
    for (const path of ['film.mp4', 'fmp4/master.m3u8']) {
      const past = await signUrl(bucket + path, { format, expires: Math.floor(Date.now() / 1000) - 10 });
      expect((await fetch(past)).status).toBe(403);
    }
  });

  test('hls.js plays past the end of signatures, and no request is refused', async () => {
    const at = await runIn<number>(
      page,
      `${untilIn}
      const hls = new Hls({ maxBufferLength: 2, maxMaxBufferLength: 2 });
      SecureTokenHls.secureToken(hls, { endpoint: args.endpoint, protect: args.protect });
      hls.attachMedia(video);
      hls.loadSource(args.bucket + 'fmp4/master.m3u8');
      await video.play();
      await until(() => video.currentTime > ${maxTtl + 1});
      return video.currentTime;`,
      options(),
    );
    expect(at).toBeGreaterThan(maxTtl + 1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    // an object each, and each signed with the time of its call
    expect(answers.map(({ signature }) => signature)).not.toContain(null);
    expect(new Set(answers.map(({ signature }) => signature)).size).toBe(answers.length);
  });

  test('the token worker signs each range of an MP4, also after a seek past the end of its signature', async () => {
    await page.addScriptTag({ url: '/packages/worker/dist/register-token-worker.min.js' });
    const plays = await runIn<number>(
      page,
      `${untilIn}
      await SecureTokenWorker.registerTokenWorker('/token-worker.js', { endpoint: args.endpoint, protect: args.protect });
      video.src = args.bucket + 'film.mp4';
      await video.play();
      await until(() => video.currentTime > 1);
      const start = performance.now();
      await until(() => performance.now() - start > 1000 * ${maxTtl + 1});
      video.currentTime = 500;
      await until(() => !video.seeking && video.currentTime > 501);
      return video.currentTime;`,
      options(),
    );
    expect(plays).toBeGreaterThan(501);
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([206]));
    expect(answers.map(({ signature }) => signature)).not.toContain(null);
    expect(new Set(answers.map(({ signature }) => signature)).size).toBeGreaterThan(1);
  });
});
