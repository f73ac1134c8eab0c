import type { Token } from '../../packages/core/src/index.ts';
import { createSigningEndpoint, azion } from '../../packages/server/src/index.ts';
import type { SignedToken, SigningEndpointOptions, TokenFormat } from '../../packages/server/src/index.ts';

export const NOW = 1_795_500_000;
export const HOST = 'https://cdn.example.com';
export const format = azion({ secret: 'mysecret' });
export const master = `${HOST}/vod/7/master.m3u8`;

export const endpoint = (options: Partial<SigningEndpointOptions> = {}): ((request: Request) => Promise<Response>) =>
  createSigningEndpoint({
    format,
    authorize: () => true,
    allow: `${HOST}/vod/`,
    ttl: 300,
    clock: () => NOW * 1000 + 999,
    ...options,
  });
export const post = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request('https://app.example.com/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
export interface Answer {
  now: number;
  tokens: (Token & { url: string; query: Record<string, string> })[];
  denied: string[];
  status?: number;
}
export const ask = async (
  body: unknown,
  options?: Partial<SigningEndpointOptions>,
): Promise<{ status: number; body: Answer }> => {
  const response = await endpoint(options)(post(body));
  return { status: response.status, body: await response.json() };
};
/** A format of a team's own that makes just this token. */
export const making = (token: Partial<SignedToken>, more: Partial<TokenFormat> = {}): TokenFormat => ({
  name: 'own',
  scope: 'url',
  sign: (_, expires) => ({ expires, query: { t: '1' }, ...token }),
  verify: () => ({ ok: false, status: 403, reason: 'missing' }),
  ...more,
});
export const statusOf = async (url: string, options: Partial<SigningEndpointOptions>): Promise<number> =>
  (await ask({ urls: [url] }, options)).status;
