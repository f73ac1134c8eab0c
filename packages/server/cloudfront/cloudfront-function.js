// secure-token-server: the edge for CloudFront Functions (JavaScript runtime 2.0), at the event "viewer request".
// It lets through what commonAccessToken({ profile: 'cloudfront', … }) has signed. cf.cwt.validateToken checks the
// MAC and no claim; here every claim is judged, or the token is refused.
import cf from 'cloudfront';

// ---- Settings ----

// Names in the KeyValueStore of the function. Their values are keys in hex; any of them verifies.
const KEY_NAMES = ['key-1'];
// Where the token travels, and under which name: 'querystring' and 'CAT', or 'headers' and a name in lower case.
const CARRIER = 'querystring';
const NAME = 'CAT';
// Demanded of `iss` and `aud`; '' for no demand of `iss`, and for refusing tokens that name an audience.
const ISSUER = '';
const AUDIENCE = '';
// The furthest `exp`, in seconds from now.
const MAX_TTL = 86400;
// Pages that may read the answers: '*', or one origin.
const ORIGINS = '*';

// ---- Nothing to set from here on ----

// Of these a token may have any value: they restrict nothing (sub, iat, cti, catr, grant).
const PASSED = ['2', '6', '7', '323', '404', 'grant'];

function refuse(status, reason) {
  console.log('secure-token refused: ' + reason);
  return {
    statusCode: status,
    statusDescription: status === 410 ? 'Gone' : 'Forbidden',
    headers: {
      'cache-control': { value: 'no-store' },
      'access-control-allow-origin': { value: ORIGINS },
      'access-control-expose-headers': { value: 'Date' },
    },
  };
}

function preflight(request) {
  const wanted = request.headers['access-control-request-headers'];
  return {
    statusCode: 204,
    statusDescription: 'No Content',
    headers: {
      'access-control-allow-origin': { value: ORIGINS },
      'access-control-allow-methods': { value: 'GET, HEAD, OPTIONS' },
      'access-control-allow-headers': { value: wanted ? wanted.value : NAME },
      'access-control-max-age': { value: '7200' },
    },
  };
}

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

function isText(value) {
  return typeof value === 'string';
}

function areTexts(value) {
  return Array.isArray(value) && value.every(isText);
}

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// A kind of match of AWS: 1 prefix, 2 suffix, 3 exact. Of several values one has to match.
function matches(kind, text, values) {
  const list = isText(values) ? [values] : values;
  if (!areTexts(list)) return false;
  return list.some(function (value) {
    if (kind === '1') return text.startsWith(value);
    if (kind === '2') return text.endsWith(value);
    return kind === '3' && text === value;
  });
}

// `catu` as AWS numbers it: 1 host, 2 path, 3 extension.
function meetsUri(claim, host, path) {
  if (!isMap(claim)) return false;
  const file = path.slice(path.lastIndexOf('/') + 1);
  const dot = file.lastIndexOf('.');
  const texts = { 1: host, 2: path, 3: dot < 0 ? '' : file.slice(dot) };
  return Object.keys(claim).every(function (part) {
    const kinds = claim[part];
    if (!isText(texts[part]) || !isMap(kinds)) return false;
    return Object.keys(kinds).every(function (kind) {
      return matches(kind, texts[part], kinds[kind]);
    });
  });
}

function meetsCountry(claim, viewer) {
  const from = viewer ? viewer.value.toUpperCase() : '';
  if (!areTexts(claim) || from === '') return false;
  return claim.some(function (each) {
    return each.toUpperCase() === from;
  });
}

// Whether a claim lets this request through; one that is not named here does not.
function meetsClaim(label, value, event) {
  const request = event.request;
  if (PASSED.indexOf(label) >= 0) return true;
  if (label === '1') return isText(value) && (ISSUER === '' || value === ISSUER);
  if (label === '3')
    return AUDIENCE !== '' && (value === AUDIENCE || (areTexts(value) && value.indexOf(AUDIENCE) >= 0));
  if (label === '308') return value === 0;
  if (label === '310') return value === 1;
  if (label === '316') return meetsCountry(value, request.headers['cloudfront-viewer-country']);
  if (label === '401') return meetsUri(value, request.headers.host.value, request.uri);
  if (label === '402') return areTexts(value) && value.indexOf(event.viewer.ip) >= 0;
  if (label === '403') return areTexts(value) && value.indexOf(request.method) >= 0;
  return false;
}

// The label of the claim that speaks against the request; undefined if none does.
function unmetClaim(claims, event, now) {
  if (ISSUER !== '' && !isText(claims['1'])) return '1';
  if (AUDIENCE !== '' && claims['3'] === undefined) return '3';
  const exp = claims['4'];
  if (!Number.isInteger(exp) || exp < 1e9 || exp > now + MAX_TTL) return '4';
  const nbf = claims['5'];
  if (nbf !== undefined && !(Number.isInteger(nbf) && nbf <= now)) return '5';
  return Object.keys(claims).find(function (label) {
    return label !== '4' && label !== '5' && !meetsClaim(label, claims[label], event);
  });
}

// The claims of a token that one of the keys has made; undefined for any other.
async function readClaims(token) {
  const bytes = Buffer.from(token, 'base64url');
  // One spelling a token.
  if (bytes.toString('base64url') !== token) return undefined;
  for (let i = 0; i < KEY_NAMES.length; i++) {
    const hex = await cf.kvs().get(KEY_NAMES[i]);
    // Of other text `Buffer` makes fewer bytes or none, and everybody can make tokens with an empty key.
    if (!/^(?:[0-9a-f]{2}){16,}$/i.test(hex)) throw new Error('a key is not hex of at least 16 bytes');
    try {
      const found = cf.cwt.validateToken(bytes, { key: Buffer.from(hex, 'hex') });
      if (isMap(found.payload)) return found.payload;
    } catch (error) {
      // Another key may have made it.
    }
  }
  return undefined;
}

async function handler(event) {
  const request = event.request;
  if (request.method === 'OPTIONS') return preflight(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(403, 'method');
  if (isAmbiguous(request.uri)) return refuse(403, 'path');
  const sent = request[CARRIER][NAME];
  if (!sent || !sent.value) return refuse(403, 'missing');
  if (sent.multiValue && sent.multiValue.length > 1) return refuse(403, 'twice');
  let claims;
  try {
    claims = await readClaims(sent.value);
  } catch (error) {
    // A key that is not there, or is none, is no reason to let anything through.
    const failed = refuse(403, 'key');
    failed.statusCode = 503;
    failed.statusDescription = 'Service Unavailable';
    return failed;
  }
  if (!claims) return refuse(403, 'signature');
  const now = Math.floor(Date.now() / 1000);
  const unmet = unmetClaim(claims, event, now);
  if (unmet !== undefined) return refuse(403, 'claim ' + (/^\d{1,4}$/.test(unmet) ? unmet : 'unknown'));
  if (claims['4'] <= now) return refuse(410, 'expired');
  delete request[CARRIER][NAME];
  return request;
}
