import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { createSigningEndpoint, azion } from 'secure-token-server';
import { createSessions, redisStore } from 'secure-token-server/sessions';
import { writeLog } from './log.mjs';
import { mayWatch, viewerOf } from './viewers.mjs';

/**
 * Answers `/token`, and `/health` for the balancer and the orchestrator.
 * @param {import('./settings.mjs').Settings} settings
 * @param {import('ioredis').Redis} redis
 * @returns {(request: Request) => Promise<Response>}
 */
export function createTokenService(settings, redis) {
  const { allow, secrets, ttl, pages, sessionLimit } = settings;
  const token = createSigningEndpoint({
    format: azion({ secret: secrets }), // the format of your CDN
    allow,
    ttl,
    authorize: async (request, urls) => {
      const viewer = await viewerOf(request);
      return viewer === undefined ? new Response('log in first', { status: 401 }) : mayWatch(viewer, urls);
    },
    rateLimit: { limiter: createLimiter(settings, redis), key: nameOf },
    ...(sessionLimit !== undefined && {
      sessions: createSessions({ store: redisStore(redis), viewer: nameOf, limit: sessionLimit }),
    }),
    ...(pages.length > 0 && { cors: { origins: pages, credentials: true } }),
    onError: (error) => writeLog('error', { event: 'error', message: String(error) }),
  });

  return async (request) => {
    const { pathname } = new URL(request.url);
    // Not a failure when Redis is away: all instances would be taken out at once, and they go on without it.
    if (pathname === '/health') return Response.json({ status: 'ok', redis: redis.status });
    return pathname === '/token' ? logged(request, token) : new Response(null, { status: 404 });
  };
}

/**
 * Returns the name under which a caller is counted. Callers without a log-in count together, until `authorize` refuses
 * them.
 */
const nameOf = async (/** @type {Request} */ request) => (await viewerOf(request)) ?? 'nobody';

/**
 * Counts in Redis for all instances together. While Redis is away, each instance counts for itself: a viewer may then
 * make as many calls at each of them.
 * @type {(settings: import('./settings.mjs').Settings, redis: import('ioredis').Redis) => RateLimiterRedis}
 */
function createLimiter({ callsPerMinute }, redis) {
  const limit = { points: callsPerMinute, duration: 60 };
  return new RateLimiterRedis({ ...limit, storeClient: redis, insuranceLimiter: new RateLimiterMemory(limit) });
}

const reasons = ['initial', 'expiring', 'expired', 'refused'];

/**
 * Answers, and writes a line about it. The reason of a call is what to alert on: `refused` is a token that the edge did
 * not take.
 * @type {(request: Request, token: (request: Request) => Promise<Response>) => Promise<Response>}
 */
async function logged(request, token) {
  const begun = performance.now();
  const copy = request.method === 'POST' ? request.clone() : undefined;
  const response = await token(request);
  if (!copy) return response;
  const asked = response.ok ? await copy.json().catch(() => ({})) : {};
  writeLog(response.status >= 500 ? 'error' : 'info', {
    event: 'call',
    status: response.status,
    ms: Math.round(performance.now() - begun),
    ...(reasons.includes(asked.reason) && { reason: asked.reason }),
    ...(Array.isArray(asked.urls) && { urls: asked.urls.length }),
  });
  return response;
}
