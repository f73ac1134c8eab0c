import { printable } from '../shown.ts';
import type { Settings } from './formats.ts';
import { recogniseCat, recogniseJwt } from './recognise-claims.ts';
import { recogniseLink } from './recognise-link.ts';
import { recognisers } from './recognisers.ts';
import { withoutParameters, withoutPath } from './token-text.ts';

/** What a recogniser has found in a URL. */
export interface Found {
  /** The name for `--format`. */
  readonly format: string;
  /** Whether only the store of the file can judge its tokens. */
  readonly isOfStore?: true;
  /** Options of the format that the URL shows. */
  readonly settings?: Settings;
  /** The id of the key, for formats whose keys have one. */
  readonly keyId?: string | undefined;
  /** The parameters that the token may have. */
  readonly names?: readonly string[];
  /** The part of the path that is the token. */
  readonly part?: string | undefined;
  /** What stands in place of that part in the URL without the token. @default nothing */
  readonly instead?: string;
  /** Unix seconds; missing if the token does not say. */
  readonly expires?: number | undefined;
  /** What the token opens, in words; missing if only its claims say that. */
  readonly opens?: string | undefined;
  /** What else the token says, in texts that can be printed. */
  readonly claims?: readonly Claim[];
}

interface Claim {
  readonly name: string;
  readonly text: string;
}

/** The facts that a token in a URL shows without the secret. */
export interface Recognised extends Found {
  readonly settings: Settings;
  /** The URL without the token. */
  readonly bare: string;
}

/** Looks for one kind of token in a URL. It may throw for a text that is not its own. */
export type Recogniser = (url: URL) => Found | undefined | Promise<Found | undefined>;

/** The recognisers, the most reliable first: parameter names of one CDN, then names that several CDNs share. */
const inOrder: readonly Recogniser[] = [...recognisers, recogniseLink, recogniseJwt, recogniseCat, azion];

/** @returns `undefined` for a URL without a known token */
export async function recognise(text: string): Promise<Recognised | undefined> {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  for (const recogniser of inOrder) {
    const found = await Promise.resolve(url)
      .then(recogniser)
      .catch(() => undefined);
    if (found) return completed(url, found);
  }
  return undefined;
}

/** Recognises the tokens of Azion Secure Token and nginx `secure_link`. */
function azion({ searchParams }: URL): Found | undefined {
  if (!searchParams.has('st') || !searchParams.has('e')) return undefined;
  return {
    format: 'azion',
    names: ['st', 'e'],
    expires: Number(searchParams.get('e')),
    opens: 'this path, or with --depth a folder above it: the token does not say',
  };
}

function completed(url: URL, found: Found): Recognised {
  const { names = [], part, instead = '', settings = {}, keyId, opens, expires } = found;
  return {
    ...found,
    settings,
    keyId: keyId === undefined ? undefined : printable(keyId),
    opens: opens === undefined ? undefined : printable(opens),
    expires: Number.isFinite(expires) ? expires : undefined,
    bare: part === undefined ? withoutParameters(url, names) : withoutPath(url, part, instead),
  };
}
