import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { decode, encode, Tagged } from 'cborg';
import { base64url, exactBytes, utf8Text } from '../crypto/base64url.ts';

/** COSE_Mac0 (RFC 9052 section 6.2) or COSE_Sign1 (section 4.2). */
export type CoseKind = 'mac' | 'sign';

/** Claims by their label: a number of the registry, or the text `grant`. */
export type CborClaims = ReadonlyMap<number | string, unknown>;

/**
 * Options that accept the tags 52 and 54 (RFC 9164), in which addresses are written. Any other tag makes a token
 * unreadable.
 */
const readOptions = {
  useMaps: true,
  strict: true,
  allowIndefinite: false,
  rejectDuplicateMapKeys: true,
  tags: Object.fromEntries([52, 54].map((tag) => [tag, (read: () => unknown) => new Tagged(tag, read())])),
};

/**
 * Reads one item of CBOR (RFC 8949) that fills all of `bytes`. Returns `undefined` for anything else: bytes after the
 * item, a label that occurs twice in a map, an indefinite length, a number or a length in a longer form than it needs.
 */
function readCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, readOptions);
  } catch {
    return undefined;
  }
}

const inOrder = { mapSorter: () => 0 };

/** Writes a value as CBOR, with claims in the given order. */
export function writeCbor(value: unknown): Uint8Array {
  return encode(value, inOrder);
}

/** A received token. Believe nothing in it before its signature is verified. */
export interface CoseMessage {
  /** The kind that the tag names; `undefined` without a tag. */
  readonly kind: CoseKind | undefined;
  /** The tags before the message, the outer one first. */
  readonly tags: readonly number[];
  /** `alg` (RFC 9053), from the protected header only. */
  readonly algorithm: number;
  /** `kid`, from either header. */
  readonly keyId: string | undefined;
  readonly isKeyIdProtected: boolean;
  /** The bytes as received. */
  readonly protectedHeader: Uint8Array;
  /** The bytes as received. */
  readonly payload: Uint8Array;
  /** A MAC, or `r‖s` of ECDSA, or a signature of RSA. */
  readonly signature: Uint8Array;
}

/** The tag of a CWT (RFC 8392 section 6). */
const CWT = 61;
const kinds: Readonly<Record<number, CoseKind>> = { 17: 'mac', 18: 'sign' };
const labels = { algorithm: 1, keyId: 4 } as const;
/** The labels that are read. Any other header may change the meaning of a token, as `crit` (2) does. */
const readLabels: ReadonlySet<unknown> = new Set(Object.values(labels));
const empty = new Uint8Array();

/**
 * The tags before a token, because CDNs look for the bytes of their own library: `cwt` is 61(17) or 61(18), `cose` is
 * 17 or 18 alone, `long` is `cwt` with the inner tag in two bytes, as cbor-x writes it.
 */
export type TagStyle = 'cwt' | 'cose' | 'long';

/** Returns the protected header that names an algorithm. */
export function writeHeader(algorithm: number): Uint8Array {
  return writeCbor(new Map([[labels.algorithm, algorithm]]));
}

/** Returns the bytes that are signed (RFC 9052 sections 4.4 and 6.3). */
export function signedBytes(kind: CoseKind, header: Uint8Array, payload: Uint8Array): Uint8Array {
  return writeCbor([kind === 'mac' ? 'MAC0' : 'Signature1', header, empty, payload]);
}

interface WrittenMessage {
  readonly kind: CoseKind;
  readonly header: Uint8Array;
  readonly keyId: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** Returns the text of a token. */
export function writeToken({ kind, header, keyId, payload, signature }: WrittenMessage, style: TagStyle): string {
  const tag = kind === 'mac' ? 17 : 18;
  const tags = [...(style === 'cose' ? [] : [0xd8, CWT]), ...(style === 'long' ? [0xd8, tag] : [0xc0 | tag])];
  const unprotected = new Map([[labels.keyId, utf8ToBytes(keyId)]]);
  return base64url(concatBytes(Uint8Array.from(tags), writeCbor([header, unprotected, payload, signature])));
}

/**
 * Reads a token of any producer: without a tag, tagged 17 or 18, or either of these within one tag 61, each tag in one
 * or two bytes; `kid` in one of the headers. Returns `undefined` for any other form: another spelling than base64url
 * without padding, bytes after the token, a label that occurs twice, an indefinite length, a second tag 61, a header
 * other than `alg` and `kid`.
 */
export function readToken(token: string): CoseMessage | undefined {
  const bytes = exactBytes(token);
  if (!bytes) return undefined;
  const tags: number[] = [];
  let at = 0;
  for (let tag = readTag(bytes, at); tag; tag = readTag(bytes, at)) {
    tags.push(tag.number);
    at += tag.length;
    if (tags.length > 2) return undefined;
  }
  const [inner, ...outer] = [...tags].reverse();
  const kind = inner === undefined ? undefined : kinds[inner];
  if ((inner !== undefined && !kind) || outer.some((tag) => tag !== CWT)) return undefined;
  const parts = readCbor(bytes.subarray(at));
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [protectedHeader, unprotected, payload, signature] = parts as unknown[];
  if (!isBytes(protectedHeader) || !isBytes(payload) || !isBytes(signature) || !isMap(unprotected)) return undefined;
  const header = readCbor(protectedHeader);
  if (!isMap(header)) return undefined;
  const named = [...header.keys()];
  if (![...named, ...unprotected.keys()].every((each) => readLabels.has(each))) return undefined;
  // A label stands in only one of the two headers (RFC 9052 section 3).
  if (named.some((each) => unprotected.has(each))) return undefined;
  const algorithm = header.get(labels.algorithm);
  const isKeyIdProtected = header.has(labels.keyId);
  const id = (isKeyIdProtected ? header : unprotected).get(labels.keyId);
  // `kid` is bytes (RFC 9052 section 3.1); Fastly's crate also writes it as text.
  const keyId = isBytes(id) ? utf8Text(id) : id;
  if (typeof algorithm !== 'number' || !(keyId === undefined || typeof keyId === 'string')) return undefined;
  if (id !== undefined && keyId === undefined) return undefined;
  return { kind, tags, algorithm, keyId, isKeyIdProtected, protectedHeader, payload, signature };
}

/** Reads the claims of a payload whose labels are all numbers or texts; returns `undefined` for anything else. */
export function readClaims(payload: Uint8Array): CborClaims | undefined {
  const claims = readCbor(payload);
  const isLabel = (each: unknown): boolean => typeof each === 'number' || typeof each === 'string';
  return isMap(claims) && [...claims.keys()].every(isLabel) ? (claims as CborClaims) : undefined;
}

/** Reads a tag in one or two bytes; returns `undefined` if there is none. */
function readTag(bytes: Uint8Array, at: number): { readonly number: number; readonly length: number } | undefined {
  const [first = 0, second] = [bytes[at], bytes[at + 1]];
  if (first >= 0xc0 && first <= 0xd7) return { number: first & 31, length: 1 };
  return first === 0xd8 && second !== undefined ? { number: second, length: 2 } : undefined;
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> => value instanceof Map;

/** Labels of RFC 8392 and of the registry of CWT claims, by the names of the claims. */
export const label = {
  iss: 1,
  sub: 2,
  aud: 3,
  exp: 4,
  nbf: 5,
  iat: 6,
  cti: 7,
  cnf: 8,
  catdpopw: 275,
  geohash: 282,
  catreplay: 308,
  catpor: 309,
  catv: 310,
  catnip: 311,
  catu: 312,
  catm: 313,
  catalpn: 314,
  cath: 315,
  catgeoiso3166: 316,
  catgeocoord: 317,
  catgeoalt: 318,
  cattpk: 319,
  catifdata: 320,
  catdpop: 321,
  catif: 322,
  catr: 323,
  or: 41,
  nor: 42,
  and: 43,
  enc: 44,
  crit: 45,
  /** A claim of this package: unix seconds up to which an edge may renew the token. */
  grant: 'grant',
} as const;

/** Numbers from the documentation of CloudFront Functions; no registry has them. */
export const awsLabel = { catu: 401, catnip: 402, catm: 403, catr: 404 } as const;

const names: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...Object.entries(label).map(([name, number]) => [number, name] as const),
  ...Object.entries(awsLabel).map(([name, number]) => [number, `${name} (${number})`] as const),
]);

/**
 * Returns the name of a claim, or its number if it has no name. Does not repeat a text label, which a stranger may
 * choose.
 */
export function claimName(claim: unknown): string {
  const known = names.get(claim);
  if (known !== undefined) return known;
  return typeof claim === 'number' ? String(claim) : 'a label that is no number';
}
