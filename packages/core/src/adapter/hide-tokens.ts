import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { LEAST_SECRET } from '../contract/token.ts';
import { decoded, pathOf, readings, resolveUrl } from '../url-text.ts';

const NOT_SHOWN = 'Not sent. The text of the error quotes the token, and is hidden.';

const foldersOf = (url: string): string[] => pathOf(resolveUrl(url)).split('/').slice(3);

/** The runs of a value that no escape changes, such as the signature within `exp=1~acl=/*~hmac=…`. */
const runsOf = (value: string): string[] => value.match(/[\w-]+/g) ?? [];

/** The parts of a token that a server or an app may quote without the rest of the URL or header. */
function partsOf({ token, unsignedUrl, headers }: SignedRequest): string[] {
  const { query = {}, base = '' } = token!;
  const asked = decoded(unsignedUrl);
  const values = [...Object.values(query), ...foldersOf(base).map(decoded), ...Object.values(headers)];
  const long = values.flatMap((value) => [value, ...runsOf(value)]).filter(({ length }) => length >= LEAST_SECRET);
  // what stands in the URL that was asked for, such as its path in a parameter or a digit in a header, is no secret
  return [...long, ...Object.values(headers)].filter((part) => !asked.includes(part));
}

/**
 * Whether a text quotes the URL of `request`, as it was signed or as a browser writes it, a header of its token, or a
 * part of it, in whatever escapes.
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

/** An error may be a cause of itself. */
const MAX_CAUSES = 8;

/** What a console prints of `error`: its text, and those of its causes; `undefined` if that cannot be read. */
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
 * The error that sending `request` has thrown, as an app may see it: one whose text, or that of a cause, quotes the
 * token is replaced.
 */
export function errorWithoutToken(error: unknown, request: SignedRequest): unknown {
  const text = textOf(error);
  return text === undefined || quotesToken(text, request) ? new TypeError(NOT_SHOWN) : error;
}

/** A text about the failure of `request`, as an app may see it: one that quotes the token is replaced. */
export function textWithoutToken(text: string, request: SignedRequest): string {
  return quotesToken(text, request) ? NOT_SHOWN : text;
}

/** Where an XMLHttpRequest and a Response say to which URL the request went. */
const PROPERTIES = ['responseURL', 'url'] as const;

/** The getters that `hideSignedUrl` has made. Apps and libraries that wrap a request give theirs, and mean them. */
const hiding = new WeakSet<() => unknown>();

/**
 * Lets an object of the browser that stands for a request report its URL without the token: players hand these objects
 * out in events, and apps log them. Headers and whatever else it holds are left alone.
 */
export function hideSignedUrl(details: unknown, source: TokenSource): void {
  if (typeof details !== 'object' || details === null) return;
  for (const property of PROPERTIES) {
    // objects of apps, and those that are done already, have one of their own
    if (!(property in details) || Object.hasOwn(details, property)) continue;
    const prototype: unknown = Object.getPrototypeOf(details);
    // asked anew each time, because an XMLHttpRequest does not know it before the response
    const get = (): unknown => {
      const url: unknown = Reflect.get(prototype as object, property, details);
      return typeof url === 'string' ? source.unsign(url) : url;
    };
    hiding.add(get);
    Reflect.defineProperty(details, property, { configurable: true, get });
  }
}

/**
 * The URL from which `answer` came, as the browser or the app that wraps it tells, behind what `hideSignedUrl` shows.
 * The `url` of an XMLHttpRequest is what Video.js has asked for.
 */
export function answeredFrom(answer: object): string | undefined {
  const told = PROPERTIES.map((property) => {
    const own: { get?: () => unknown } | undefined = Object.getOwnPropertyDescriptor(answer, property);
    const from = own?.get && hiding.has(own.get) ? (Object.getPrototypeOf(answer) as object) : answer;
    return Reflect.get(from, property, answer) as string | undefined;
  });
  return told.find(Boolean);
}
