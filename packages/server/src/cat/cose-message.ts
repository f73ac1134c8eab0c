import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { utf8Text } from '../crypto/utf8-text.ts';
import { readCbor, writeCbor } from './cbor.ts';

/** COSE_Mac0 (RFC 9052 section 6.2) or COSE_Sign1 (section 4.2). */
export type CoseKind = 'mac' | 'sign';

/** A token as it came. Nothing of it is believed before its signature is. */
export interface CoseMessage {
  /** The kind that its tag names; `undefined` without one. */
  readonly kind: CoseKind | undefined;
  /** Tags in front of it, the outer one first. */
  readonly tags: readonly number[];
  /** `alg` (RFC 9053), of the protected header alone. */
  readonly algorithm: number;
  /** `kid` of either header. */
  readonly keyId: string | undefined;
  readonly isKeyIdProtected: boolean;
  /** The bytes that came. */
  readonly protectedHeader: Uint8Array;
  /** The bytes that came. */
  readonly payload: Uint8Array;
  /** A MAC, or `r‖s` of ECDSA, or a signature of RSA. */
  readonly signature: Uint8Array;
}

/** RFC 8392 section 6. */
const CWT = 61;
const kinds: Readonly<Record<number, CoseKind>> = { 17: 'mac', 18: 'sign' };
const labels = { algorithm: 1, keyId: 4 } as const;
/** A header that is not read may change what a token means, as `crit` (2) does. */
const readLabels: ReadonlySet<unknown> = new Set(Object.values(labels));
const empty = new Uint8Array();

/**
 * Tags in front of a token, for CDNs look for the bytes of their own library: `cwt` is 61(17) or 61(18), `cose` 17 or
 * 18 alone, `long` the first with the inner tag in two bytes, as cbor-x writes it.
 */
export type TagStyle = 'cwt' | 'cose' | 'long';

/** A token up to its payload, which is the same for every token of a key. */
export function messageFront(kind: CoseKind, algorithm: number, keyId: string, style: TagStyle): MessageFront {
  const header = writeCbor(new Map([[labels.algorithm, algorithm]]));
  const unprotected = new Map([[labels.keyId, utf8ToBytes(keyId)]]);
  // An empty text of bytes is one byte in CBOR.
  const list = writeCbor([header, unprotected, empty, empty]).slice(0, -2);
  const tag = kind === 'mac' ? 17 : 18;
  const tags = [...(style === 'cose' ? [] : [0xd8, CWT]), ...(style === 'long' ? [0xd8, tag] : [0xc0 | tag])];
  return { front: Uint8Array.of(...tags, ...list), signed: signedFront(kind, header) };
}

export interface MessageFront {
  /** The bytes in front of the payload. */
  readonly front: Uint8Array;
  /** The bytes that are signed, up to the payload. */
  readonly signed: Uint8Array;
}

/** The bytes that are signed (RFC 9052 sections 4.4 and 6.3), up to the payload. */
function signedFront(kind: CoseKind, header: Uint8Array): Uint8Array {
  return writeCbor([kind === 'mac' ? 'MAC0' : 'Signature1', header, empty, empty]).slice(0, -1);
}

export function signedBytes(signed: Uint8Array, payload: Uint8Array): Uint8Array {
  return concatBytes(signed, writeCbor(payload));
}

/** The bytes that were signed of a message, if it is one of this kind. */
export function signedBytesOf({ protectedHeader, payload }: CoseMessage, kind: CoseKind): Uint8Array {
  return signedBytes(signedFront(kind, protectedHeader), payload);
}

export function writeMessage(front: Uint8Array, payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(front, writeCbor(payload), writeCbor(signature));
}

/**
 * A token of any producer: without a tag, tagged 17 or 18, or either within one tag 61, each in the form of one or two
 * bytes; `kid` in one of the headers. `undefined` for what has another form: bytes behind it, a label twice, an
 * indefinite length, a second tag 61, another header than `alg` and `kid`.
 */
export function readMessage(bytes: Uint8Array): CoseMessage | undefined {
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
  if (!isMap(header) || ![...header.keys(), ...unprotected.keys()].every((each) => readLabels.has(each)))
    return undefined;
  // A label stands in one of the two (RFC 9052 section 3).
  if ([...header.keys()].some((each) => unprotected.has(each))) return undefined;
  const algorithm = header.get(labels.algorithm);
  const isKeyIdProtected = header.has(labels.keyId);
  const id = (isKeyIdProtected ? header : unprotected).get(labels.keyId);
  // Bytes (RFC 9052 section 3.1); Fastly's crate also writes it as text.
  const keyId = isBytes(id) ? utf8Text(id) : typeof id === 'string' ? id : undefined;
  if (typeof algorithm !== 'number' || (id !== undefined && keyId === undefined)) return undefined;
  return { kind, tags, algorithm, keyId, isKeyIdProtected, protectedHeader, payload, signature };
}

/** A tag in one or two bytes, if one stands there. */
function readTag(bytes: Uint8Array, at: number): { readonly number: number; readonly length: number } | undefined {
  const [first = 0, second] = [bytes[at], bytes[at + 1]];
  if (first >= 0xc0 && first <= 0xd7) return { number: first & 31, length: 1 };
  return first === 0xd8 && second !== undefined ? { number: second, length: 2 } : undefined;
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> => value instanceof Map;
