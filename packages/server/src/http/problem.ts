/** An RFC 9457 problem, thrown inside a handler and sent as `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, string | number>>;

  /**
   * @param detail text for the person who reads the network panel; never contains data of the request
   * @param members `type` and `title` of a kind that an app can tell from other problems with the same status (section
   *   3.1.1), and what else the app may show (section 3.2)
   */
  constructor(
    status: number,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    members: Readonly<Record<string, string | number>> = {},
  ) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.members = members;
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
 * Creates the response for a problem. Without a `type` member a problem means the same as its status, and `title` is
 * the phrase of that status (section 4.2.1).
 */
export function problemResponse({ status, message, headers, members }: Problem): Response {
  return new Response(JSON.stringify({ title: titles[status], ...members, status, detail: message }), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  });
}
