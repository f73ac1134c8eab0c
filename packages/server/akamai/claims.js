// Every claim is judged, or the token is refused.
import { crypto } from 'crypto';
import { TextEncoder } from 'encoding';
import { AUDIENCE, ISSUER, MAX_TTL } from './settings.js';

// Tags of RFC 9164, by the bytes of an address.
const ADDRESS_TAGS = { 4: 52, 16: 54 };

const isBytes = (value) => value instanceof Uint8Array;
const isMap = (value) => value instanceof Map;
const isText = (value) => typeof value === 'string';
const areTexts = (value) => Array.isArray(value) && value.every(isText);

// Claims that restrict nothing (sub, iat, cti, catr, grant), and what each of them is.
const PASSED = new Map([
  [2, isText],
  [6, Number.isFinite],
  [7, (value) => isText(value) || isBytes(value)],
  [323, isMap],
  ['grant', Number.isSafeInteger],
]);

// What is asked for, in the parts of `catu`: scheme, host, port, path, query, parent path, file name, stem, extension.
function partsOf({ scheme, host, path, query }, hasPort) {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const dot = file.lastIndexOf('.');
  const colon = host.lastIndexOf(':');
  const usual = scheme === 'https' ? '443' : '80';
  const [name, port] = colon > host.lastIndexOf(']') ? [host.slice(0, colon), host.slice(colon + 1)] : [host, usual];
  return [
    scheme,
    // A host without a condition for the port means the port of the scheme.
    hasPort || port === usual ? name : host,
    port,
    path,
    query,
    path.slice(0, -file.length - 1) || '/',
    file,
    dot < 0 ? file : file.slice(0, dot),
    dot < 0 ? '' : file.slice(dot),
  ];
}

async function hasHash(name, text, value) {
  const hash = new Uint8Array(await crypto.subtle.digest(name, new TextEncoder().encode(text)));
  const hex = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return isText(value) ? value.toLowerCase() === hex : isBytes(value) && String(value) === String(hash);
}

// The module `crypto` has no SHA-512/256. Two libraries compute SHA-512 there, and so their tokens are understood.
async function matches(kind, text, value) {
  if (kind === -1) return hasHash('SHA-256', text, value);
  if (kind === -2) return hasHash('SHA-512', text, value);
  if (!isText(value)) return false;
  if (kind === 0) return text === value;
  if (kind === 1) return text.startsWith(value);
  if (kind === 2) return text.endsWith(value);
  return kind === 3 && text.includes(value);
}

async function meetsUri(claim, asked) {
  if (!isMap(claim)) return false;
  const texts = partsOf(asked, claim.has(2));
  for (const [part, kinds] of claim) {
    // A part has a number: '3' is none.
    if (typeof part !== 'number' || !isText(texts[part]) || !isMap(kinds)) return false;
    for (const [kind, value] of kinds) if (!(await matches(kind, texts[part], value))) return false;
  }
  return true;
}

// The bytes of an address; undefined for what is none.
function addressBytes(text) {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return text.split('.').map(Number);
  if (!/^[0-9a-f:]+$/i.test(text)) return undefined;
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - halves.flat().length;
  if (halves.length > 2 || (halves.length === 1 ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...halves[0], ...Array(missing).fill('0'), ...(halves[1] || [])];
  return groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
}

// Ranges as tagged [bits, network], all bytes of the network written.
function meetsRanges(claim, ip) {
  const address = addressBytes(ip);
  const isRange = ({ tag, value }) => {
    const [bits, network] = Array.isArray(value) && value.length === 2 ? value : [];
    const isNetwork = isBytes(network) && tag === ADDRESS_TAGS[network.length];
    return isNetwork && Number.isInteger(bits) && bits >= 0 && bits <= 8 * network.length;
  };
  if (!Array.isArray(claim) || !claim.every((range) => range && isRange(range)) || !address) return false;
  return claim.some(({ value: [bits, network] }) => {
    if (network.length !== address.length) return false;
    return address.every((byte, i) => {
      const free = Math.min(8, Math.max(0, 8 * (i + 1) - bits));
      return byte >> free === network[i] >> free;
    });
  });
}

function meetsCountry(claim, location) {
  if (!areTexts(claim) || !location || !location.country) return false;
  const country = location.country.toUpperCase();
  const part = location.region ? `${country}-${location.region.toUpperCase()}` : country;
  return claim.some((each) => each.toUpperCase() === country || each.toUpperCase() === part);
}

// Whether a claim lets this request through; one that is not named here does not.
async function meetsClaim(label, value, asked) {
  if (PASSED.has(label)) return PASSED.get(label)(value);
  if (label === 1) return isText(value) && (ISSUER === '' || value === ISSUER);
  if (label === 3) return AUDIENCE !== '' && (value === AUDIENCE || (areTexts(value) && value.includes(AUDIENCE)));
  if (label === 308) return value === 0;
  if (label === 310) return value === 1;
  if (label === 311) return meetsRanges(value, asked.ip);
  if (label === 312) return meetsUri(value, asked);
  if (label === 313) return areTexts(value) && value.includes(asked.method);
  return label === 316 && meetsCountry(value, asked.location);
}

// The label of the claim that speaks against the request; undefined if none does.
export async function unmetClaim(claims, asked, now) {
  if (ISSUER !== '' && !claims.has(1)) return 1;
  if (AUDIENCE !== '' && !claims.has(3)) return 3;
  const exp = claims.get(4);
  if (!Number.isSafeInteger(exp) || exp < 1e9 || exp > now + MAX_TTL) return 4;
  if (claims.has(5) && !(Number.isSafeInteger(claims.get(5)) && claims.get(5) <= now)) return 5;
  for (const [label, value] of claims)
    if (label !== 4 && label !== 5 && !(await meetsClaim(label, value, asked))) return label;
  return undefined;
}
