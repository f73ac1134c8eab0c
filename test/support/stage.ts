import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { SigningEndpointOptions } from '../../packages/server/src/index.ts';
import type { OwnProfiles } from './chromium.mjs';
import { openChromium } from './chromium.mjs';
import type { Edge, EdgeSettings } from './edge-server.ts';
import { startEdge } from './edge-server.ts';
import type { Nginx } from './nginx.ts';
import { hasMovableNginx, hasNginx, startNginx } from './nginx.ts';
import { createOrigins } from './origins.ts';
import type { PageServer } from './page.ts';
import { startPageServer } from './page.ts';
import type { Signer, SignerSettings } from './signer.ts';
import { startSigner } from './signer.ts';
import type { Carrier } from './token-formats.ts';

export interface StageOptions {
  /** @default an endless stream and the files of test/media */
  origin?: (request: Request) => Promise<Response>;
  edge?: Partial<EdgeSettings>;
  signer?: Partial<SignerSettings>;
  expand?: SigningEndpointOptions['expand'];
  /** nginx in front of the edge, verifying the same requests with the same secret. @default where there is one */
  nginx?: boolean;
  /** The secret that `setSecret` will be called with: nginx follows at the same moment then, not a reload later. */
  nextSecret?: string;
  /** `moveClock` works for nginx, too: only where `hasMovableNginx`. @default false */
  movableClock?: boolean;
}

export interface Stage {
  /** The origin that players see: nginx, or our edge where there is no nginx. */
  readonly cdn: string;
  readonly edge: Edge;
  readonly nginx: Nginx | undefined;
  readonly signer: Signer;
  readonly pages: PageServer;
  readonly browser: OwnProfiles;
  /** `url('exact', 'vod/ts/master.m3u8')`; the first folder of the path is what a token of the other carriers opens. */
  url(carrier: Carrier, path: string): string;
  /** Closes what a test has opened beside it, when the stage is disposed of. */
  closes(close: () => Promise<void>): void;
  /**
   * Returns what the verifiers have refused. The edge does not see what nginx refuses; nginx sees what the edge
   * refuses.
   */
  refusals(): Promise<readonly { readonly status: number }[]>;
  /** The edge and nginx verify with `secret`, the signing endpoint signs with it: a rotation at one stroke. */
  setSecret(secret: string): Promise<void>;
  /** Moves the clock of the edge, of nginx and of the signing endpoint: they are `seconds` ahead of this machine. */
  moveClock(seconds: number): Promise<void>;
  dispose(): Promise<void>;
}

const SECRET = 'a secret of the tests';

/** Page server, signing endpoint, nginx and edge on free ports, and a profile of the browser. */
export async function createStage(options: StageOptions = {}): Promise<Stage> {
  const { origin = createOrigins(), nextSecret, movableClock = false } = options;
  const folder = mkdtempSync(join(tmpdir(), 'stage-'));
  const clockFile = join(folder, 'clock');
  writeFileSync(clockFile, '+0');
  // nginx may run as another user
  chmodSync(folder, 0o755);

  const pages = await startPageServer();
  const edge = await startEdge({ origin, settings: { secrets: [SECRET], ...options.edge } });
  const nginx =
    (options.nginx ?? hasNginx)
      ? await startNginx({
          secret: edge.secrets[0]!,
          upstream: edge.origin,
          corsOnRefusals: edge.corsOnRefusals,
          ...(nextSecret && { nextSecret }),
          ...(movableClock && hasMovableNginx && { clockFile }),
        })
      : undefined;
  const cdn = nginx?.origin ?? edge.origin;
  const signer = await startSigner({
    allow: cdn,
    page: pages.origin,
    settings: { secrets: edge.secrets, ...options.signer },
    ...(options.expand !== undefined && { expand: options.expand }),
  });
  const browser = await openChromium();
  const opened: (() => Promise<void>)[] = [];

  const url: Stage['url'] = (carrier, path) => `${cdn}/${carrier}/${path}`;
  return {
    cdn,
    edge,
    nginx,
    signer,
    pages,
    browser,
    url,
    closes: (close) => {
      opened.push(close);
    },
    refusals: async () => [...edge.refusals(), ...((await nginx?.refusals()) ?? [])],
    async setSecret(secret) {
      signer.secrets = [secret];
      edge.secrets = signer.secrets;
      await nginx?.setSecret(secret);
    },
    async moveClock(seconds) {
      signer.clockOffset = seconds;
      edge.clockOffset = seconds;
      // at one stroke: libfaketime ends an nginx that reads a file half written
      writeFileSync(`${clockFile}.new`, `${seconds < 0 ? '' : '+'}${seconds}`);
      renameSync(`${clockFile}.new`, clockFile);
      if (nginx && movableClock) await nginxIsAt(nginx, seconds);
    },
    async dispose() {
      for (const close of opened) await close();
      await browser.close();
      for (const server of [signer, nginx, edge, pages]) await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A stage of its own for a test that breaks it. */
export async function stageFor(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: StageOptions = {},
): Promise<Stage> {
  const stage = await createStage(options);
  onTestFinished(() => stage.dispose());
  return stage;
}

/** nginx reads the file as it answers; its cached time follows within about a second. */
async function nginxIsAt({ origin }: Nginx, seconds: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { headers } = await fetch(`${origin}/generation`, { headers: { connection: 'close' } });
    if (Math.abs(Date.parse(headers.get('date')!) - Date.now() - seconds * 1000) < 1500) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The clock of nginx did not move');
}
