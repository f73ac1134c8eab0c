import { digest, sha256 } from '../crypto/hash.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { prefixPattern, readPattern } from './uri-pattern.ts';

const hashForm = /^hash:sha-256;([\w-]{43})$/;
const hashOf = (uri: string): string => digest(sha256, uri, 'base64url');

/** Returns the `cdniuc` (RFC 9246 section 2.1.15) that opens one URI: its hash in the URL segment form of RFC 6920. */
export const hashContainer = (uri: string): string => `hash:sha-256;${hashOf(uri)}`;

/** Returns the `cdniuc` that opens every URI which begins with `prefix`. */
export const folderContainer = (prefix: string): string => `regex:${prefixPattern(prefix)}`;

/** A `cdniuc` that can be judged. */
export interface UriContainer {
  readonly opens: (uri: string) => boolean;
  /** Whether the claim has a form that `sign` writes: one URI, or a folder. */
  readonly isOurs: boolean;
}

/** @returns a container, or a text that says why the claim cannot be judged */
export function readContainer(claim: unknown): UriContainer | string {
  if (typeof claim !== 'string') return 'it is no text';
  const hash = hashForm.exec(claim)?.[1];
  if (hash !== undefined) return { opens: (uri) => equalInConstantTime(hashOf(uri), hash), isOurs: true };
  if (claim.startsWith('hash:')) return 'its hash is not of the form `sha-256;…`';
  const source = /^regex:([\s\S]*)$/.exec(claim)?.[1];
  if (source === undefined) return 'it is neither `hash:` nor `regex:`';
  const opens = readPattern(source);
  if (!opens) return 'its regular expression has groups, alternatives or classes, or is too long';
  // A folder followed by nothing but `.*`; no character of the folder has a special meaning.
  return { opens, isOurs: /^\^(?:[^.[\\()*+?{|^$]|\\[^\w\s])*\/\.\*$/.test(source) };
}

/**
 * Tells whether a URI is in the one form in which RFC 9246 compares URIs (RFC 3986 section 6.2.2): escapes have
 * capitals, and no character is escaped without need. `URL` has already established the rest of that form.
 */
export const isNormalized = (uri: string): boolean =>
  !/%(?:[\dA-F]?[a-f]|2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/.test(uri);
