import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSigningEndpoint, edgeAuth } from '../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { jwt } from '../../packages/server/src/jwt.ts';
import type { OwnProfiles } from '../support/chromium.mjs';
import { openChromium } from '../support/chromium.mjs';
import { startHaproxy } from '../support/haproxy.ts';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import { startShippedNjs } from '../support/njs-shipped.ts';
import { createOrigins } from '../support/origins.ts';
import type { PageServer } from '../support/page.ts';
import { startPageServer } from '../support/page.ts';
import { hlsjs } from '../support/players.ts';
import { told, unnoticed, watch } from '../support/viewer.ts';

/** Seconds that a token lives. */
const TTL = 3;

/** An edge that a team runs itself. */
interface OwnEdge {
  readonly origin: string;
  /** Makes the edge verify with these keys. */
  keys(keys: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

const [current, next] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];

describe("a live stream behind an edge of one's own", { concurrent: true }, () => {
  let origin: Listening;
  let pages: PageServer;
  let browser: OwnProfiles;
  beforeAll(async () => {
    origin = await listen(createOrigins());
    pages = await startPageServer();
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser.close();
    await pages.stop();
    await origin.close();
  });

  /** A viewer of a live stream, while a key takes the place of another one: at the edge, at the endpoint, at the edge. */
  const plays = async (edge: OwnEdge, formatOf: (key: string) => VerifyingTokenFormat): Promise<void> => {
    let format = formatOf(current);
    const endpoint = await listen(
      createSigningEndpoint({
        format: () => format,
        authorize: () => true,
        allow: `${edge.origin}/`,
        ttl: TTL,
        cors: { origins: [pages.origin] },
      }),
    );
    try {
      const stage = {
        cdn: edge.origin,
        pages,
        browser,
        closes: () => undefined,
        url: (_: string, path: string) => `${edge.origin}/${path}`,
        signer: { endpoint: () => endpoint.origin },
      };
      const viewer = await watch(stage, hlsjs, { path: 'live/lo/i.m3u8', args: { spies: true } });
      const renewed = async (count: number): Promise<unknown> =>
        viewer.until((seen) => told(seen).filter((each) => each.startsWith('tokenrenewed')).length >= count);
      const { currentTime: from } = await viewer.until(({ currentTime }) => currentTime > 0);
      await renewed(2);
      await edge.keys([next, current]);
      format = formatOf(next);
      await edge.keys([next]);
      await renewed(4);
      const seen = await viewer.until(({ currentTime }) => currentTime > from + 3 * TTL);
      expect(seen).toMatchObject(unnoticed);
      expect(told(seen).filter((each) => each.startsWith('tokenerror'))).toEqual([]);
      await viewer.page.close();
    } finally {
      await endpoint.close();
      await edge.stop();
    }
  };
  const title = 'it plays past three lifetimes of its tokens and past a rotation, and nobody sees them';

  test(`nginx with njs, edgeAuth: ${title}`, { tags: ['nginx', 'njs'] }, async () => {
    const site = await startShippedNjs({ keys: [current] }, { upstream: origin.origin });
    const { nginx, reload, stop } = site;
    await plays({ origin: nginx.origin, keys: (keys) => reload({ keys }), stop }, (key) => edgeAuth({ key, depth: 1 }));
  });

  test(`HAProxy, jwt: ${title}`, { tags: ['haproxy'] }, async () => {
    const { origin: at, reload, stop } = await startHaproxy({ upstream: origin.origin, secrets: { current } });
    const keys: OwnEdge['keys'] = ([now = '', before]) => reload({ current: now, ...(before && { previous: before }) });
    await plays({ origin: at, keys, stop }, (key) => jwt({ keys: [{ key }], algorithm: 'HS256', depth: 1 }));
  });
});
