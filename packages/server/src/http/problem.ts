/** An RFC 9457 problem, thrown inside a handler and sent as `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly kind: ProblemKind | undefined;

  /** @param detail for the person who reads the network panel; never holds what the request sent */
  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}, kind?: ProblemKind) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.kind = kind;
  }
}

/** A problem that an app tells from others of its status (section 3.1.1). */
export interface ProblemKind {
  /** A URI that names it. */
  readonly type: string;
  readonly title: string;
  /** Members that say more (section 3.2). */
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
 * Without a `type` member a problem means what its status means, and `title` is that status's phrase (section 4.2.1).
 */
export function problemResponse({ status, message, headers, kind }: Problem): Response {
  const { type, title = titles[status], more }: Partial<ProblemKind> = kind ?? {};
  return new Response(JSON.stringify({ type, title, status, detail: message, ...more }), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  });
}
