import type { TokenIndex } from './token-index.ts';
import type { TokenSource } from './token-source.ts';
import type { TokenUrls } from './token-urls.ts';

/** A request of a script, as the token worker describes it to the page. */
export interface ScriptRequest {
  readonly url: string;
  /** The names of its headers, in lower case. */
  readonly headers: readonly string[];
  /** Whether cookies go with it. */
  readonly credentials: boolean;
}

interface SourceOfPage {
  readonly source: TokenSource;
  readonly carries: (request: ScriptRequest) => boolean;
}

/** Where all copies of this package meet: each adapter has one inside. */
const LIST = Symbol.for('secure-token.sources');
type Listed = Set<WeakRef<SourceOfPage>>;

const listed = (): Listed => ((globalThis as Partial<Record<symbol, Listed>>)[LIST] ??= new Set());
const living = (): SourceOfPage[] => [...listed()].flatMap((ref) => ref.deref() ?? []);
/** What is listed lives as long as its source: a source that nobody destroys is not kept. */
const entries = new WeakMap<TokenSource, SourceOfPage>();

/** Lets the token worker of this page ask whether a request carries a token of `source`. */
export function listInPage(source: TokenSource, urls: TokenUrls, index: TokenIndex): void {
  // elsewhere nobody asks
  if (typeof document === 'undefined') return;
  const carries = ({ url, headers, credentials }: ScriptRequest): boolean => {
    if (urls.holdsToken(url)) return true;
    const token = index.find(urls.read(url).key)?.token;
    const names = Object.keys(token?.headers ?? {});
    return names.some((name) => headers.includes(name.toLowerCase())) || (credentials && !!token?.credentials);
  };
  const entry = { source, carries };
  entries.set(source, entry);
  for (const ref of listed()) if (!ref.deref()) listed().delete(ref);
  listed().add(new WeakRef(entry));
}

/**
 * Whether some source of this page has put a token into `request`: into its query, its path, its headers, or, but for
 * `signer`, into a cookie. That one signs whatever comes without a token, and knows how to renew its cookie.
 */
export const carriesToken = (request: ScriptRequest, signer: TokenSource | undefined): boolean =>
  living().some(({ source, carries }) => carries(source === signer ? { ...request, credentials: false } : request));
