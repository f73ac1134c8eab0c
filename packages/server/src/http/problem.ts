/** An RFC 9457 problem, thrown inside a handler and sent as `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail for the person who reads the network panel; never holds what the request sent */
  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
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
export function problemResponse({ status, message, headers }: Problem): Response {
  return new Response(JSON.stringify({ title: titles[status], status, detail: message }), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  });
}
