import { readFileSync } from 'node:fs';
import { adoptTokens } from 'secure-token-core/adopt';
import { expect, test, vi } from 'vitest';
import type { SignedRequest } from '../../packages/core/src/index.ts';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { createEdgeHandler, createSigningEndpoint } from '../../packages/server/src/index.ts';
import type { EdgeRenewal } from '../../packages/server/src/index.ts';
import type { Lab } from '../unit/core/lab.ts';
import { fakeTime, lab } from '../unit/core/lab.ts';
import { advanceSeconds, elapsed, hurry } from '../unit/core/lab-time.ts';
import { CDN, ENDPOINT, MEDIA, segment } from '../unit/core/lab-urls.ts';
import type { Film } from './film-viewer.ts';
import { play } from './film-viewer.ts';

vi.setConfig({ testTimeout: 120_000 });
fakeTime();

const HOURS = 4;
const SECONDS = HOURS * 3600;
/** Seconds that each token lives: *L*. */
const LIFETIME = 300;
const SEGMENT_SECONDS = 6;

const film: Film = {
  renditions: ['video'],
  segmentSeconds: SEGMENT_SECONDS,
  segments: SECONDS / SEGMENT_SECONDS,
  bufferSeconds: 30,
};

interface Viewer {
  readonly viewer: Lab;
  /** Sends a signed request to the edge, and takes over the token that comes with the answer. */
  readonly edge: (request: SignedRequest) => Promise<void>;
  /** Statuses of the edge. */
  readonly statuses: Map<number, number>;
  /** Answers that have brought a token. */
  readonly renewed: () => number;
}

/** A viewer of the real endpoint and the real edge, all on the fake clock. @param renew as the edge has it */
function viewerOf(renew: EdgeRenewal | undefined): Viewer {
  const clock = (): number => Date.now();
  const format = commonAccessToken({
    keys: [{ id: 'k', key: '11'.repeat(32) }],
    renewal: { lifetime: LIFETIME, grant: SECONDS },
  });
  const endpoint = createSigningEndpoint({ format, authorize: () => true, allow: `${CDN}/`, ttl: LIFETIME, clock });
  const handler = createEdgeHandler({
    format,
    origin: () => new Response('media'),
    clock,
    ...(renew && { renew }),
  });
  const statuses = new Map<number, number>();
  let renewed = 0;
  // the mean of all viewers
  const options = { ...(renew && { adopt: adoptTokens }), jitter: 0.3, random: () => 0.5 };
  const viewer = lab(({ init }) => endpoint(new Request(ENDPOINT, init)), options);
  return {
    viewer,
    statuses,
    renewed: () => renewed,
    async edge(request) {
      const { url, headers } = request;
      const answer = await handler(new Request(url, { headers: { ...headers, origin: 'https://app.example' } }));
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.headers.has('CTA-Common-Access-Token')) renewed++;
      viewer.source.noteAnswer(request, answer, answer.ok);
    },
  };
}

/** Plays the film for the hours. */
async function watchFilm({ viewer, edge }: Viewer): Promise<void> {
  const viewing = play(viewer, film, 0, edge);
  await hurry(SECONDS);
  viewing.leave();
  await advanceSeconds(1);
}

/** Reloads a playlist and loads the segment that it brings, all along. */
async function watchLive({ viewer: { source }, edge }: Viewer): Promise<void> {
  const until = elapsed() + SECONDS;
  const load = async (url: string): Promise<void> => edge(source.signNow(url) ?? (await source.sign(url)));
  for (let n = 0; elapsed() < until; n++) {
    await load(MEDIA);
    await load(segment(n));
    await hurry(SEGMENT_SECONDS, 2);
  }
}

const watches = { 'on demand': watchFilm, live: watchLive } as const;
const within = { within: 60 };

test.each(Object.entries(watches))(
  `an edge that renews, ${HOURS} hours %s: one call to the endpoint, and no refusal`,
  async (kind, watch) => {
    const renewing = viewerOf(within);
    await watch(renewing);
    const requests = renewing.statuses.get(200)!;
    expect(requests).toBeGreaterThanOrEqual(SECONDS / SEGMENT_SECONDS);
    expect([...renewing.statuses.keys()]).toEqual([200]);
    expect(renewing.viewer.calls.map(({ reason }) => reason)).toEqual(['initial']);
    // a token is renewed in the last minute of its five, again and again: the grant does not run out before the end
    expect(renewing.renewed()).toBeGreaterThanOrEqual(SECONDS / LIFETIME);
    renewing.viewer.source.destroy();
    vi.clearAllTimers();

    const plain = viewerOf(undefined);
    await watch(plain);
    expect([...plain.statuses.keys()]).toEqual([200]);
    const row = `| ${kind} | ${requests.toLocaleString('en')} | 1 | ${plain.viewer.calls.length} |`;
    if (process.env.COUNTS) console.log(row);
    expect(readFileSync('docs/bench.md', 'utf8').split('\n')).toContain(row);
  },
);
