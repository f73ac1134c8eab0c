// secure-token-server: the edge for Akamai EdgeWorkers, at the event "onClientRequest".
// It lets through what commonAccessToken({ profile: 'akamai', … }) has signed. It reads tokens itself, by built-in
// modules alone; every claim is judged, or the token is refused. Set what is in settings.js.
import { logger } from 'log';
import { unmetClaim } from './claims.js';
import { readClaims } from './cose.js';
import { CARRIER, NAME, ORIGINS } from './settings.js';

// Whether servers could read a path in different ways: what is judged here would not be what is served.
function isAmbiguous(path) {
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch (error) {
    // Escapes that are none, and bytes that are no text.
    return true;
  }
  return (
    /[\x00-\x20\x7f\\]|\/\/|%2f/i.test(path) ||
    /[\x00-\x1f\x7f-\x9f\\]|%[0-9a-f]{2}|\/\s*\.{1,2}\s*(?:[;/]|$)/i.test(decoded)
  );
}

// The token, and the query without it; undefined for a request that has none, or two.
function sentToken(request) {
  if (CARRIER === 'header') {
    const values = request.getHeader(NAME) || [];
    return values.length === 1 && values[0] !== '' ? { token: values[0], query: request.query } : undefined;
  }
  const isNamed = (pair) => {
    const [name] = pair.split('=');
    try {
      return decodeURIComponent(name).toLowerCase() === NAME.toLowerCase();
    } catch (error) {
      return false;
    }
  };
  const pairs = request.query === '' ? [] : request.query.split('&');
  const named = pairs.filter(isNamed);
  if (named.length !== 1 || !named[0].startsWith(`${NAME}=`)) return undefined;
  return { token: named[0].slice(NAME.length + 1), query: pairs.filter((pair) => !isNamed(pair)).join('&') };
}

function answer(request, status, reason, headers) {
  if (reason !== '') logger.log('secure-token refused: %s', reason);
  request.respondWith(status, { 'Access-Control-Allow-Origin': ORIGINS, 'Cache-Control': 'no-store', ...headers }, '');
}

function preflight(request) {
  const wanted = request.getHeader('Access-Control-Request-Headers') || [NAME];
  answer(request, 204, '', {
    'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
    'Access-Control-Allow-Headers': wanted.join(', '),
    'Access-Control-Max-Age': '7200',
  });
}

function refuse(request, status, reason) {
  answer(request, status, reason, { 'Access-Control-Expose-Headers': 'Date' });
}

export async function onClientRequest(request) {
  if (request.method === 'OPTIONS') return preflight(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(request, 403, 'method');
  if (isAmbiguous(request.path)) return refuse(request, 403, 'path');
  const sent = sentToken(request);
  if (!sent) return refuse(request, 403, 'missing, or twice');
  let claims;
  try {
    claims = await readClaims(sent.token, request);
  } catch (error) {
    // A key that is not there, or is none, is no reason to let anything through.
    return refuse(request, 503, 'key');
  }
  if (!claims) return refuse(request, 403, 'malformed, or another key');
  const { scheme, path, method, clientIp, userLocation } = request;
  const asked = { scheme, path, method, query: sent.query, ip: clientIp, location: userLocation };
  asked.host = request.host.toLowerCase();
  const now = Math.floor(Date.now() / 1000);
  const unmet = await unmetClaim(claims, asked, now);
  if (unmet !== undefined) return refuse(request, 403, `claim ${Number.isInteger(unmet) ? unmet : 'unknown'}`);
  if (claims.get(4) <= now) return refuse(request, 410, 'expired');
  if (CARRIER === 'header') request.removeHeader(NAME);
  else request.route({ query: sent.query });
}
