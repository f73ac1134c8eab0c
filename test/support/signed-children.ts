import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEdgeHandler } from '../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { propertyRuns, propertyTimeout } from './property-runs.ts';
import { HOST, NOW } from './seams.ts';
import { requestWith } from './token-request.ts';

/** An edge that signs playlists, and what viewers come with to it. */
export interface EdgeSubject {
  readonly name: string;
  readonly format: VerifyingTokenFormat;
  /** Formats that make tokens which the edge accepts; others of its CDN, or of the same with other options. */
  readonly viewers: readonly VerifyingTokenFormat[];
  /** @default folders within folders */
  readonly paths?: readonly string[];
}

const folders = ['/', '/vod/', '/vod/7/', '/vod/7/a/', '/vod/7/a/hd/', '/vod/7/b/', '/vod/70/', '/live/7/a/'];
const files = ['i.m3u8', 's.ts', 's.ts2'];
const all = folders.flatMap((folder) => files.map((file) => folder + file));

const expires = NOW + 600;

/** Names `path` as a playlist does: relative to the playlist, from the root, or with host and scheme. */
function reference(path: string, from: string, kind: 'relative' | 'rooted' | 'absolute'): string {
  if (kind !== 'relative') return kind === 'rooted' ? path : HOST + path;
  const [to, base] = [path.split('/'), from.split('/').slice(0, -1)];
  let shared = 0;
  while (shared < base.length && base[shared] === to[shared]) shared++;
  return '../'.repeat(base.length - shared) + to.slice(shared).join('/');
}

/** The requests that can be made of a signed URL by putting another path behind its token, wherever that ends. */
function* requestsMadeOf(url: string, { format, paths = all }: EdgeSubject): Generator<URL> {
  const { pathname } = new URL(url);
  const starts = format.bare ? [...pathname.matchAll(/\//g)].map(({ index }) => index) : [0];
  const tails = paths.flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(index)));
  for (const start of starts) {
    for (const tail of format.bare ? new Set(tails) : paths)
      yield Object.assign(new URL(url), { pathname: pathname.slice(0, start) + tail });
  }
}

/** Returns which of `paths` a signed URL opens, and until when: its own, and what can be made of it. */
async function openedBy(url: string, subject: EdgeSubject): Promise<Map<string, number>> {
  const { format, paths = all } = subject;
  const opened = new Map<string, number>();
  for (const made of [url, ...requestsMadeOf(url, subject)]) {
    const verdict = await format.verify(new Request(made), NOW);
    const path = verdict.ok ? new URL(verdict.url).pathname : '';
    if (verdict.ok && paths.includes(path)) opened.set(path, verdict.expires);
  }
  return opened;
}

const tokenFor = async (viewer: VerifyingTokenFormat, url: string): Promise<SignedToken | undefined> => {
  try {
    return await viewer.sign(new URL(url), expires);
  } catch {
    // not every viewer has a token for every URL
    return undefined;
  }
};

/**
 * Tests the URLs that an edge signs. A signed URL opens nothing but what the viewer's token opened and what the
 * playlist lists. A signed URL ends no later than that token. Each listed path that the token opened stays open.
 */
export function describeSignedChildren(subject: EdgeSubject): void {
  const { name, format, viewers, paths = all } = subject;
  const child = fc.record({
    path: fc.constantFrom(...paths),
    kind: fc.constantFrom('relative' as const, 'rooted' as const, 'absolute' as const),
    query: fc.constantFrom('', '', '?x=1'),
  });

  describe(name, () => {
    test(
      'a signed playlist opens nothing that its token did not open, but for what it lists',
      async () => {
        let served = 0;
        const property = fc.asyncProperty(
          fc.constantFrom(...viewers),
          fc.constantFrom(...paths.filter((path) => path.endsWith('.m3u8'))),
          fc.array(child, { minLength: 1, maxLength: 4 }),
          async (viewer, path, children) => {
            const token = await tokenFor(viewer, HOST + path);
            const asked = token && requestWith(HOST + path, token);
            if (!asked || !(await format.verify(asked, NOW)).ok) return;
            const lines = children.map((each) => reference(each.path, path, each.kind) + each.query);
            const edge = createEdgeHandler({
              format,
              origin: () => new Response(['#EXTM3U', ...lines].join('\n')),
              clock: () => NOW * 1000,
              signPlaylists: true,
            });
            const response = await edge(asked);
            expect(response.status).toBe(200);
            served++;
            const [, ...signed] = (await response.text()).split('\n');
            const before = await openedBy(asked.url, subject);
            const listed = new Set(children.map((each) => each.path));
            for (const [i, line] of signed.entries()) {
              const { path: own } = children[i]!;
              const opened = await openedBy(new URL(line, asked.url).href, subject);
              const widened = [...opened.keys()].filter((each) => !before.has(each) && !listed.has(each));
              expect(widened, `${line} of ${asked.url}`).toEqual([]);
              expect(Math.max(0, ...opened.values())).toBeLessThanOrEqual(Math.max(...before.values()));
              if (before.has(own)) expect([...opened.keys()], `${line} of ${asked.url}`).toContain(own);
            }
          },
        );
        await fc.assert(property, { numRuns: Math.ceil(propertyRuns / 10) });
        expect(served).toBeGreaterThan(0);
      },
      propertyTimeout,
    );
  });
}
