// Messages of COSE (RFC 9052) with a MAC or a signature, in the shapes in which tokens come.
import { crypto, pem2ab } from 'crypto';
import { TextEncoder, base16, base64url } from 'encoding';
import { readCbor, writeBytes } from './cbor.js';
import { ALGORITHM, KEYS } from './settings.js';

const MAX_LENGTH = 8192;
const CWT_TAG = 61;
const MAC_TAG = 17;
const SIGN_TAG = 18;
// Numbers of RFC 9053 and RFC 8230, and what the module `crypto` calls them.
const ALGORITHMS = {
  HS256: { number: 5, tag: MAC_TAG, imported: { name: 'HMAC', hash: 'SHA-256' }, used: { name: 'HMAC' } },
  ES256: {
    number: -7,
    tag: SIGN_TAG,
    imported: { name: 'ECDSA', namedCurve: 'P-256' },
    used: { name: 'ECDSA', hash: 'SHA-256' },
  },
  PS256: {
    number: -37,
    tag: SIGN_TAG,
    imported: { name: 'RSA-PSS', hash: 'SHA-256' },
    used: { name: 'RSA-PSS', saltLength: 32 },
  },
};

const isBytes = (value) => value instanceof Uint8Array;
const isMap = (value) => value instanceof Map;
const isText = (value) => typeof value === 'string';
const bytesOf = (text) => new TextEncoder().encode(text);

// Without a tag, tagged 17 or 18, or either within 61, each in one byte or two; undefined for anything else.
function readMessage(bytes) {
  const tags = [];
  let at = 0;
  while (bytes[at] >= 0xc0 && bytes[at] <= 0xd8) {
    const isLong = bytes[at] === 0xd8;
    tags.push(isLong ? bytes[at + 1] : bytes[at] & 31);
    at += isLong ? 2 : 1;
  }
  const tag = tags.pop();
  if (tag !== undefined && tag !== MAC_TAG && tag !== SIGN_TAG) return undefined;
  if (tags.length > 1 || (tags.length === 1 && tags[0] !== CWT_TAG)) return undefined;
  const parts = readCbor(bytes.slice(at));
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [front, unprotected, payload, signature] = parts;
  if (!isBytes(front) || !isMap(unprotected) || !isBytes(payload) || !isBytes(signature)) return undefined;
  const header = readCbor(front);
  if (!isMap(header)) return undefined;
  const labels = [...header.keys(), ...unprotected.keys()];
  // alg and kid, in one of the two headers each.
  if (new Set(labels).size !== labels.length || !labels.every((label) => label === 1 || label === 4)) return undefined;
  const id = header.has(4) ? header.get(4) : unprotected.get(4);
  if (id !== undefined && !isBytes(id) && !isText(id)) return undefined;
  return { tag, algorithm: header.get(1), id, front, payload, signature };
}

async function importedKey(text) {
  const { imported } = ALGORITHMS[ALGORITHM];
  if (ALGORITHM !== 'HS256') return crypto.subtle.importKey('spki', pem2ab(text), imported, false, ['verify']);
  // With a short key everybody could make tokens.
  if (!/^(?:[0-9a-f]{2}){16,}$/i.test(text)) throw new Error('a key is not hex of at least 16 bytes');
  return crypto.subtle.importKey('raw', base16.decode(text, 'Uint8Array').buffer, imported, false, ['verify']);
}

// Whether one of the keys has made the message. The algorithm is the one of the settings, whatever the token says.
async function isGenuine(message, request) {
  const { number, tag, used } = ALGORITHMS[ALGORITHM];
  const keys = [];
  for (const { id, key } of KEYS) {
    const text = key.startsWith('PMUSER_') ? request.getVariable(key) : key;
    keys.push({ id, key: await importedKey(text) });
  }
  if (message.algorithm !== number || (message.tag !== undefined && message.tag !== tag)) return false;
  const context = bytesOf(tag === MAC_TAG ? 'MAC0' : 'Signature1');
  const signed = [
    0x84,
    0x60 | context.length,
    ...context,
    ...writeBytes(message.front),
    0x40,
    ...writeBytes(message.payload),
  ];
  const asked = keys.filter(({ id }) => {
    if (message.id === undefined) return keys.length === 1;
    // Fastly's crate also writes it as text.
    return isText(message.id) ? message.id === id : String(message.id) === String(bytesOf(id));
  });
  for (const { key } of asked) {
    if (await crypto.subtle.verify(used, key, message.signature.buffer, Uint8Array.from(signed).buffer)) return true;
  }
  return false;
}

// The claims of a genuine token; undefined for what is none.
export async function readClaims(token, request) {
  if (token.length > MAX_LENGTH || !/^[\w-]+$/.test(token)) return undefined;
  let message;
  try {
    const bytes = Uint8Array.from(base64url.decode(token, 'Uint8Array'));
    // One spelling a token.
    if (base64url.encode(bytes).replace(/=+$/, '') !== token) return undefined;
    message = readMessage(bytes);
  } catch (error) {
    return undefined;
  }
  if (!message || !(await isGenuine(message, request))) return undefined;
  try {
    const claims = readCbor(message.payload);
    return isMap(claims) ? claims : undefined;
  } catch (error) {
    return undefined;
  }
}
