/** An RFC 9457 problem, thrown inside a handler and sent as `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly kind: ProblemKind | undefined;

  /** @param detail text for the person who reads the network panel; never contains data of the request */
  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}, kind?: ProblemKind) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.kind = kind;
  }
}

/** A kind of problem that an app can tell from other problems with the same status (section 3.1.1). */
export interface ProblemKind {
  /** A URI that names the kind. */
  readonly type: string;
  readonly title: string;
  /** Additional members (section 3.2). */
  readonly more?: Readonly<Record<string, number>>;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * Creates the response for a problem. Without a `type` member a problem means the same as its status, and `title` is
 * the phrase of that status (section 4.2.1).
 */
export function problemResponse({ status, message, headers, kind }: Problem): Response {
  const { type, title = titles[status], more }: Partial<ProblemKind> = kind ?? {};
  return new Response(JSON.stringify({ type, title, status, detail: message, ...more }), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  });
}
