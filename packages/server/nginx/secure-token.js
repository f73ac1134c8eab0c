/*
 * Verifies folder tokens in nginx with njs, 0.8 or newer, as edgeAuth({ keys }) and
 * jwt({ keys, algorithm: 'HS256', depth }) of secure-token-server do: nothing is let through that their `verify` or the
 * edge handler refuses. secure-token-njs.conf loads this file, and says what else is needed.
 *
 * njs has no URL, no Map, no destructuring and no `for … of`, so this is no bundle of the package. In its regular
 * expressions, `$` also matches in front of a line feed at the end: control characters are refused before.
 */
import crypto from 'crypto';

/** What an option is if the file of options does not name it. */
const defaults = {
  /** 'edgeAuth' or 'jwt' */
  format: 'edgeAuth',
  /** In hex for edgeAuth, text for jwt; during a rotation several. All of them verify. */
  keys: [],
  /** The name of the parameter. */
  param: undefined,
  /** The furthest expiry that is accepted, in seconds from now. */
  maxTtl: 86400,
  /** For edgeAuth: 'sha256', 'sha1' or 'md5'. */
  algorithm: 'sha256',
  /** For edgeAuth: a text that is signed and not carried. */
  salt: '',
  /** For edgeAuth: the character between two patterns. */
  aclDelimiter: '!',
};

/**
 * Returns 'granted', 'refused' or 'expired'. Throws for options that cannot work: the variable is then empty, which the
 * configuration answers with 500.
 */
function verdict(r) {
  const options = readOptions();
  const target = r.variables.request_uri;
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const token = mark < 0 ? undefined : tokenIn(target.slice(mark + 1), options.param);
  // nginx opens `uri`, which a `rewrite` may have changed, and not what is judged here.
  if (token === undefined || !hasOneReading(path) || decodeURIComponent(path) !== r.uri) return 'refused';
  const now = Math.floor(Date.now() / 1000);
  return options.format === 'jwt' ? judgeJwt(token, path, now, options) : judgeEdgeAuth(token, path, now, options);
}

/** Returns the query without the token, for the origin and the cache. */
function rest(r) {
  const param = readOptions().param;
  return (r.variables.args || '')
    .split('&')
    .filter((pair) => nameOf(pair) !== param)
    .join('&');
}

/** `js_preload_object` reads the file of options, and makes the global variable, whose lists have no methods. */
function readOptions() {
  const given = JSON.parse(JSON.stringify(secure_token_options));
  const options = Object.assign({}, defaults, given);
  options.param = options.param || (options.format === 'jwt' ? 'token' : 'hdnts');
  const unknown = Object.keys(given).filter((name) => !Object.keys(defaults).includes(name));
  if (unknown.length > 0) throw new Error(`secure-token.json: unknown option ${unknown[0]}`);
  if (!['edgeAuth', 'jwt'].includes(options.format)) throw new Error('secure-token.json: format is edgeAuth or jwt');
  if (!['sha256', 'sha1', 'md5'].includes(options.algorithm)) throw new Error('secure-token.json: unknown algorithm');
  if (!(options.maxTtl > 0)) throw new Error('secure-token.json: maxTtl is no number of seconds');
  // With an empty key, anybody can sign; and everybody knows a public key.
  const isKey = options.format === 'jwt' ? /^(?!\s*-----BEGIN )[\s\S]/ : /^(?:[0-9A-Fa-f]{2})+$/;
  const hasKeys = Array.isArray(options.keys) && options.keys.length > 0;
  if (!hasKeys || !options.keys.every((key) => typeof key === 'string' && isKey.test(key)))
    throw new Error('secure-token.json: keys is a list of keys, in hex for edgeAuth');
  return options;
}

/* The path. */

/** Paths that two servers may take for two different files, percent-decoded once: those of `url/canonical-path.ts`. */
const twoReadings = [
  // a control character, a backslash: the first, see above
  /[\p{Cc}\\]/,
  // an escape that is still there after decoding
  /%[0-9A-Fa-f]{2}/,
  /;/,
  // a name that ends with a dot or a space; with it, all dot segments
  /[. ](?:\/|$)/,
  // a dot segment that a ? or a # may end
  /\/\.\.?(?: [. ]*)?[?#]/,
  // dots beside a comma
  /[,/]\.\.?,|,\.\.?[?#]/,
  // a stream of a file, a session in parentheses
  /:[^/:]*:\$/,
  /\/\((?:[A-Za-z]\([^()]*\))+\)(?:\/|$)/,
  // more combining marks than any language writes
  /\p{M}{31}/,
];

/** Whether all servers read a path in the same way. @param path as it was sent */
function hasOneReading(path) {
  // Clients escape all but ASCII.
  if (!path.startsWith('/') || /[^!-~]|\/\/|%2[Ff]/.test(path)) return false;
  try {
    const decoded = decodeURIComponent(path);
    return !twoReadings.some((pattern) => pattern.test(decoded));
  } catch (_) {
    return false;
  }
}

/* The query. */

function nameOf(pair) {
  const equals = pair.indexOf('=');
  return equals < 0 ? pair : pair.slice(0, equals);
}

/** Servers disagree about a name that occurs twice, in another case or percent-encoded: it is no token. */
function tokenIn(query, param) {
  const pairs = query.split('&').filter((pair) => folded(nameOf(pair)) === param.toLowerCase());
  if (query.includes('#') || pairs.length !== 1 || nameOf(pairs[0]) !== param) return undefined;
  const value = pairs[0].slice(param.length + 1);
  // No library escapes letters, digits, `-`, `.` and `_`.
  if (/%(?:2[DEde]|3\d|[46][1-9A-Fa-f]|5[\dAFaf]|7[\dAa])/.test(value)) return undefined;
  try {
    const token = decodeURIComponent(value);
    return token === '' || /\p{Cc}/.test(token) ? undefined : token;
  } catch (_) {
    return undefined;
  }
}

function folded(name) {
  return name.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))).toLowerCase();
}

/* The token. */

/** Compares to the end, so that the time does not tell how much of a guess is right. Tries all keys. */
function isSigned(signature, options, macOf) {
  let genuine = false;
  options.keys.forEach((key) => {
    const mac = macOf(key);
    let difference = mac.length ^ signature.length;
    for (let i = 0; i < mac.length; i++) difference |= mac.charCodeAt(i) ^ signature.charCodeAt(i);
    genuine = difference === 0 || genuine;
  });
  return genuine;
}

/** `exp=…~acl=…~hmac=…`, the fields of Akamai's libraries in their order. */
const edgeAuthForm =
  /^((?:st=([1-9]\d{9})~)?exp=([1-9]\d{9})~acl=([^~]*)(?:~id=[^~]*)?(?:~data=[^~]*)?)~hmac=([0-9a-f]+)$/;

function judgeEdgeAuth(token, path, now, options) {
  const found = edgeAuthForm.exec(token);
  if (!found) return 'refused';
  const text = found[1] + (options.salt && `~salt=${options.salt}`);
  const macOf = (key) => crypto.createHmac(options.algorithm, Buffer.from(key, 'hex')).update(text).digest('hex');
  if (!isSigned(found[5], options, macOf)) return 'refused';
  const expires = Number(found[3]);
  if (found[2] !== undefined && Number(found[2]) > now) return 'refused';
  const opens = found[4].split(options.aclDelimiter).some((pattern) => matchesGlob(path, pattern));
  if (!opens || expires > now + options.maxTtl) return 'refused';
  return expires < now ? 'expired' : 'granted';
}

/** `*` stands for any characters, `?` for one. Returns to two positions at most: a RegExp could backtrack for ever. */
function matchesGlob(text, pattern) {
  let at = 0;
  let from = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    if (pattern[from] === '*') {
      star = from;
      from += 1;
      mark = at;
    } else if (from < pattern.length && (pattern[from] === '?' || pattern[from] === text[at])) {
      from += 1;
      at += 1;
    } else if (star >= 0) {
      from = star + 1;
      mark += 1;
      at = mark;
    } else {
      return false;
    }
  }
  while (pattern[from] === '*') from += 1;
  return from === pattern.length;
}

/** Base64url in its one spelling: without padding and without stray bits. */
const part = '((?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?)';
const jwtForm = new RegExp(`^(${part}\\.${part})\\.${part}$`);

/** The algorithm comes from the options, never from the token. */
function judgeJwt(token, path, now, options) {
  const found = jwtForm.exec(token);
  const header = found && jsonObject(found[2]);
  if (!header || header.alg !== 'HS256' || header.crit !== undefined || header.b64 !== undefined) return 'refused';
  const macOf = (key) => crypto.createHmac('sha256', key).update(found[1]).digest('base64url');
  if (!isSigned(found[4], options, macOf)) return 'refused';
  const claims = jsonObject(found[3]);
  if (!claims || !Number.isSafeInteger(claims.exp) || claims.exp > now + options.maxTtl) return 'refused';
  if (claims.nbf !== undefined && !(Number.isSafeInteger(claims.nbf) && claims.nbf <= now)) return 'refused';
  // A token for somebody else.
  if (claims.aud !== undefined) return 'refused';
  const folder = claims.folder;
  if (typeof folder !== 'string' || !folder.endsWith('/') || !path.startsWith(folder)) return 'refused';
  return claims.exp <= now ? 'expired' : 'granted';
}

/** Returns `undefined` for an object that has a member twice: of two `exp`, another verifier may take the other one. */
function jsonObject(encoded) {
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const text = utf8.decode(Buffer.from(encoded, 'base64url'));
    const value = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const withoutTexts = text.replace(/"(?:[^"\\]|\\.)*"/g, '');
    // njs takes 01, 1. and .5 for numbers.
    if (/(?<![\d.])0\d|(?<!\d)\.|\.(?!\d)/.test(withoutTexts)) return undefined;
    return withoutTexts.split(':').length - 1 === membersOf(value) ? value : undefined;
  } catch (_) {
    return undefined;
  }
}

function membersOf(value) {
  if (typeof value !== 'object' || value === null) return 0;
  const within = Object.values(value).reduce((sum, each) => sum + membersOf(each), 0);
  return within + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

export default { verdict, rest };
