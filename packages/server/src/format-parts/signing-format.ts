import { optionsError } from '../errors/options-error.ts';
import type { SignedToken, TokenFormat } from '../token/token-format.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { refusedUrl } from '../url/judged-url.ts';
import { judgeScope } from '../url/scope.ts';
import type { Scope } from '../url/scope.ts';
import type { Carrier, CarriedTexts } from './carriers.ts';
import { scopeOf } from './opened-scope.ts';
import type { Opened } from './opened-scope.ts';

/** A URL to sign. */
export interface AskedUrl {
  readonly url: URL;
  /** The path in the form that is signed. */
  readonly path: string;
  /** The query without a token. */
  readonly search: string;
  /** Whether the token opens this URL alone, in a format whose tokens open more. */
  readonly isAlone: boolean;
}

/** The content of a token: what it opens, and what else the format writes into it. */
export interface Content {
  readonly opened: Opened;
}

export interface SigningParts<C extends Content> extends Pick<TokenFormat, 'name' | 'scope' | 'carriesSession'> {
  readonly maxTtl: number;
  readonly pathForm: PathForm;
  readonly carrier: Carrier;
  /** Returns the content of a token for a URL. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  readonly open: (asked: AskedUrl) => C;
  /** Returns the scope of a token that opens more than its `opened` tells players. */
  readonly scopeOf?: (content: C, url: URL) => Scope | undefined;
  /** Whether there are tokens of one URL beside those of more. */
  readonly signsExactly?: boolean;
}

interface SigningFormat<C extends Content> extends SigningParts<C> {
  /** Returns the texts that the carrier carries. */
  readonly texts: (content: C, expires: number, session?: string) => CarriedTexts | Promise<CarriedTexts>;
}

/** Makes the part of a format that signs. */
export function signingFormat<C extends Content>(format: SigningFormat<C>): TokenFormat {
  const { name, scope, maxTtl, pathForm, carrier, open, texts, carriesSession = false } = format;
  const scopeOfContent = (content: C, url: URL): Scope => format.scopeOf?.(content, url) ?? scopeOf(content.opened);
  const contentOf = (url: URL, isAlone = false): C => {
    const content = open({ url, path: pathToSign(url, pathForm), search: carrier.searchOf(url), isAlone });
    // Without an escape, all names are in NFC.
    if (url.pathname.includes('%') && !judgeScope(scopeOfContent(content, url)))
      throw optionsError(
        'url',
        'Its token would open a folder that servers read in two ways. Write the name of the folder in Unicode form NFC.',
      );
    return content;
  };
  const sign = (content: C, expires: number, session?: string): Promise<SignedToken> | SignedToken => {
    writeExpiry(expires);
    return whenThere(texts(content, expires, carriesSession ? session : undefined), (found) =>
      carrier.token(content.opened, expires, found),
    );
  };
  return {
    name,
    scope,
    maxTtl,
    ...carrier.places,
    ...(carriesSession && { carriesSession }),
    opens: (url) => scopeOfContent(contentOf(url), url),
    sign: (url, expires, session) => sign(contentOf(url), expires, session),
    ...(format.signsExactly && {
      signExactly(url: URL, expires: number, session?: string) {
        // a URL that `sign` refuses gets no token here either
        contentOf(url);
        return sign(contentOf(url, true), expires, session);
      },
    }),
  };
}

/** Applies `next` at once to a value that is there, so that formats which need no promise return none. */
export function whenThere<A, B>(value: A | Promise<A>, next: (value: A) => B): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * Returns the path of a URL to sign, in the form that is signed.
 *
 * @throws `ERR_OPTIONS` for a URL that `verify` refuses as malformed: another scheme than http(s), and the paths that
 *   `canonicalPath` refuses
 */
export function pathToSign(url: URL, form: PathForm): string {
  const path = isHttp(url) ? canonicalPath(url.pathname, form) : undefined;
  if (path === undefined) throw refusedUrl(url, 'url');
  return path;
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

/**
 * The form of unix seconds in all formats: exactly ten digits. Because of the fixed length, a text is unambiguous even
 * if the expiry stands next to a path without a separator.
 */
const expiryForm = /^[1-9]\d{9}$/;

/**
 * Returns the expiry as it is signed.
 *
 * @throws `ERR_OPTIONS` for any value other than a number of ten digits, such as a text
 */
export function writeExpiry(expires: number): string {
  const text = String(expires);
  if (typeof (expires as unknown) !== 'number' || !expiryForm.test(text)) {
    throw optionsError('expires', 'Give unix seconds, a whole number of ten digits.', expires);
  }
  return text;
}

/** Reads unix seconds. Returns `undefined` for any other spelling than that of `writeExpiry`. */
export function readExpiry(text: string | undefined): number | undefined {
  return text !== undefined && expiryForm.test(text) ? Number(text) : undefined;
}

/** Reads the time before which a token opens nothing, if it names one. Returns `NaN` for another spelling. */
export function readStart(text: string | undefined): number | undefined {
  return text === undefined ? undefined : (readExpiry(text) ?? NaN);
}
