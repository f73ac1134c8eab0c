import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { createEdgeHandler, createSigningEndpoint, azion } from '../../../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { jwt } from '../../../../packages/server/src/jwt.ts';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import type { Sessions } from '../../../../packages/server/src/sessions.ts';
import { hexKey, secret } from '../../../support/format-samples.ts';
import { requestWith } from '../../../support/token-request.ts';

export const HOST = 'https://cdn.example.com';
export const FILM = `${HOST}/vod/7/a.m3u8`;
export const [one, other] = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBA'];

export const keys = [{ id: 'k', key: hexKey }];
export const cat = commonAccessToken({ keys });
export const ownJwt = jwt({
  keys: [{ key: secret }],
  algorithm: 'HS256',
  claims: ({ pathname }) => ({ sub: pathname }),
});

export const folderToken = azion({ secret, depth: 2, params: { token: 'st', expires: 'e', session: 's' } });

/** What the edge hears of ended sessions, in place of what the sessions say. */
type EndedOf = (sessions: Sessions, known?: string) => ReturnType<Sessions['ended']>;

/** An endpoint and an edge with one clock. */
export function setUp(
  format: VerifyingTokenFormat = cat,
  { limit, strict, ended }: { limit?: number; strict?: boolean; ended?: EndedOf } = {},
) {
  const time = { now: 1_795_500_000_000 };
  const clock = (): number => time.now;
  const errors: unknown[] = [];
  const onError = (error: unknown): void => {
    errors.push(error);
  };
  const sessions = createSessions({
    store: memoryStore(),
    viewer: (request) => request.headers.get('X-Viewer') ?? '',
    clock,
    ...(limit !== undefined && { limit }),
  });
  const endpoint = createSigningEndpoint({
    format,
    allow: `${HOST}/vod/`,
    ttl: 300,
    clock,
    onError,
    sessions,
    authorize: (request) => request.headers.get('X-Viewer') !== 'nobody',
  });
  const edge = createEdgeHandler({
    format,
    origin: () => new Response('ok'),
    clock,
    onError,
    sessions: { ...sessions, ...(ended && { ended: (known) => ended(sessions, known) }) },
    ...(strict !== undefined && { strict }),
  });
  const ask = async (body: object, viewer = 'anna'): Promise<{ status: number; body: Answer }> => {
    const headers = { 'Content-Type': 'application/json', 'X-Viewer': viewer };
    const answer = await endpoint(
      new Request('https://app.example.com/token', {
        method: 'POST',
        headers,
        body: JSON.stringify({ urls: [FILM], ...body }),
      }),
    );
    return { status: answer.status, body: (await answer.json()) as Answer };
  };
  const tokenOf = async (session: string, viewer?: string): Promise<SignedToken> =>
    (await ask({ session }, viewer)).body.tokens![0]!;
  const watch = async (token: SignedToken): Promise<number> => (await edge(requestWith(FILM, token))).status;
  return { time, errors, sessions, endpoint, edge, ask, tokenOf, watch };
}

export interface Answer {
  readonly now?: number;
  readonly tokens?: SignedToken[];
  readonly type?: string;
  readonly title?: string;
  readonly limit?: number;
}
