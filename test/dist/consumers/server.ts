import { createEdgeHandler, createSigningEndpoint, azion, signUrl, verifyUrl } from 'secure-token-server';
import { commonAccessToken } from 'secure-token-server/cat';
import { jwt } from 'secure-token-server/jwt';

const format = azion({ secret: 'a secret' });
const url = 'https://cdn.example.com/vod/film.mp4';

/** Handlers of a server that knows no page; see `types.test.ts`. */
export const handlers: Record<string, (request: Request) => Promise<Response>> = {
  edge: createEdgeHandler({ format, origin: (request) => new Response(request.url) }),
  endpoint: createSigningEndpoint({
    format,
    ttl: 300,
    allow: 'https://cdn.example.com/',
    authorize: (request) => request.headers.has('authorization'),
  }),
};
export const signed: Promise<string> = signUrl(url, { format, expiresIn: 60 });
export const verdict: Promise<boolean> = verifyUrl(new Request(url).url, { format }).then(({ ok }) => ok);
export const more = { commonAccessToken, jwt };
