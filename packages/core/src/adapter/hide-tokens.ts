import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { LEAST_SECRET } from '../contract/token.ts';
import { decoded, pathOf, readings, resolveUrl } from '../url-text.ts';

const NOT_SHOWN = 'Not sent. The text of the error quotes the token, and is hidden.';

const foldersOf = (url: string): string[] => pathOf(resolveUrl(url)).split('/').slice(3);

/** Returns the runs of a value that no escaping changes, such as the signature within `exp=1~acl=/*~hmac=…`. */
const runsOf = (value: string): string[] => value.match(/[\w-]+/g) ?? [];

/** Returns the parts of a token that a server or an app may quote without the rest of the URL or header. */
function partsOf({ token, unsignedUrl, headers }: SignedRequest): string[] {
  const { query = {}, base = '' } = token!;
  const asked = decoded(unsignedUrl);
  const values = [...Object.values(query), ...foldersOf(base).map(decoded), ...Object.values(headers)];
  const long = values.flatMap((value) => [value, ...runsOf(value)]).filter(({ length }) => length >= LEAST_SECRET);
  // no secret: parts that the unsigned URL contains, such as its path in a parameter or a digit in a header
  return [...long, ...Object.values(headers)].filter((part) => !asked.includes(part));
}

/**
 * Tells whether a text quotes the signed URL of `request` (also as a browser writes it), a header of its token, or a
 * part of the token, in any escaping.
 */
function quotesToken(text: string, request: SignedRequest): boolean {
  if (!request.token) return false;
  const { url, unsignedUrl } = request;
  const isInUrl = resolveUrl(url) !== resolveUrl(unsignedUrl);
  const read = readings(text);
  return [...(isInUrl ? [url, resolveUrl(url)] : []), ...partsOf(request)].some((it) =>
    read.some((reading) => reading.includes(it)),
  );
}

/** The maximum number of errors in a chain of causes that are read: an error may be its own cause. */
const MAX_CAUSES = 8;

/** Returns the text that a console prints of `error` and its causes; `undefined` if it cannot be read. */
function textOf(error: unknown): string | undefined {
  const texts: string[] = [];
  try {
    let it = error;
    do {
      texts.push(String(it));
      it = (it as { cause?: unknown } | null | undefined)?.cause;
    } while (it !== undefined && texts.length < MAX_CAUSES);
  } catch {
    return undefined;
  }
  return texts.join('\n');
}

/**
 * Returns the error that sending `request` has thrown, as an app may see it. Replaces an error if its text, or the text
 * of a cause, quotes the token or cannot be read.
 */
export function errorWithoutToken(error: unknown, request: SignedRequest): unknown {
  const text = textOf(error);
  return text === undefined || quotesToken(text, request) ? new TypeError(NOT_SHOWN) : error;
}

/** Returns a text about the failure of `request` as an app may see it. Replaces a text that quotes the token. */
export function textWithoutToken(text: string, request: SignedRequest): string {
  return quotesToken(text, request) ? NOT_SHOWN : text;
}

/** The properties in which an XMLHttpRequest and a Response have the URL to which the request went. */
const PROPERTIES = ['responseURL', 'url'] as const;

/**
 * The getters that `hideSignedUrl` has made. Other getters belong to apps and libraries that wrap a request; their
 * values count as they are.
 */
const hiding = new WeakSet<() => unknown>();

/**
 * Makes a browser object that stands for a request report its URL without the token: players pass these objects on in
 * events, and apps log them. Leaves its headers and all other content alone.
 */
export function hideSignedUrl(details: unknown, source: TokenSource): void {
  if (typeof details !== 'object' || details === null) return;
  for (const property of PROPERTIES) {
    // objects of apps, and objects that were changed before, have the property themselves
    if (!(property in details) || Object.hasOwn(details, property)) continue;
    const prototype: unknown = Object.getPrototypeOf(details);
    // reads the URL at each access, because an XMLHttpRequest does not know it before the response
    const get = (): unknown => {
      const url: unknown = Reflect.get(prototype as object, property, details);
      return typeof url === 'string' ? source.unsign(url) : url;
    };
    hiding.add(get);
    Reflect.defineProperty(details, property, { configurable: true, get });
  }
}

/**
 * Returns the URL from which `answer` came, as the browser, or an app that wraps the answer, reports it, and not as
 * `hideSignedUrl` shows it. `responseURL` comes first: the `url` of an XMLHttpRequest of Video.js is the requested URL.
 */
export function answeredFrom(answer: object): string | undefined {
  const told = PROPERTIES.map((property) => {
    const own: { get?: () => unknown } | undefined = Object.getOwnPropertyDescriptor(answer, property);
    const from = own?.get && hiding.has(own.get) ? (Object.getPrototypeOf(answer) as object) : answer;
    return Reflect.get(from, property, answer) as string | undefined;
  });
  return told.find(Boolean);
}
