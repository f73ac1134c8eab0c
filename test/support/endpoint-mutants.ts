/** A mistake in one of the endpoints of `examples/endpoints`, and the must that it breaks. */
export interface EndpointMutant {
  /** Name of the endpoint's language. */
  readonly name: string;
  readonly mistake: string;
  /** The number of the must in `docs/protocol.md`. */
  readonly number: `P${number}`;
  /** Pieces that stand once in the code, each with what replaces it. */
  readonly changes: readonly (readonly [find: string, replace: string])[];
}

const mutant = (
  name: string,
  mistake: string,
  number: `P${number}`,
  ...changes: (readonly [find: string, replace: string])[]
): EndpointMutant => ({ name, mistake, number, changes });

export const endpointMutants: readonly EndpointMutant[] = [
  mutant('Python', 'milliseconds', 'P14', ['now = int(time.time())', 'now = int(time.time() * 1000)']),
  mutant('Python', 'the same token after `refused`', 'P20', ['(1 if reason == "refused" else 0)', '0']),
  mutant('Python', 'no CORS headers on a 401', 'P30', [
    'headers += problem.headers',
    'headers = problem.headers + [("Cache-Control", "no-store")]',
  ]),
  mutant('Python', 'one bad URL fails all', 'P17', [
    'denied.append(url)',
    'raise Problem("403 Forbidden", "One of these may not be had.")',
  ]),
  mutant(
    'Python',
    'answers from a cache',
    'P23',
    ['calls = {}', 'kept = {}\ncalls = {}'],
    [
      'return {"now": now, "tokens": tokens, "denied": denied}',
      'return kept.setdefault((tuple(urls), reason), {"now": now, "tokens": tokens, "denied": denied})',
    ],
  ),
  mutant('Python', 'answers that a cache may keep', 'P24', [', ("Cache-Control", "no-store")]', ']']),
  mutant('Python', 'a body of any media type is read', 'P10', ['if not re.match(', 'if False and not re.match(']),
  mutant(
    'Python',
    'what is beyond 100 URLs is passed over',
    'P3',
    ['1 <= len(urls) <= MAX_URLS', '1 <= len(urls)'],
    ['return urls, body', 'return urls[:MAX_URLS], body'],
  ),
  mutant('PHP', 'every origin is let in, with cookies', 'P33', ['in_array($origin, PAGES, true)', "$origin !== ''"]),
  mutant('PHP', 'who is not logged in is led to a page', 'P25', [
    "throw new Problem('Log in first.', 401)",
    "exit(header('Location: /login', true, 302))",
  ]),
  mutant('PHP', 'a 429 that does not say how long', 'P27', ['header("Retry-After: $wait");', '']),
  mutant('PHP', 'a GET is read as a POST', 'P11', ["if ($_SERVER['REQUEST_METHOD'] !== 'POST') {", 'if (false) {']),
  mutant('PHP', '`expires` is text', 'P14', ["'expires' => $expires", '\'expires\' => "$expires"']),
  mutant('PHP', 'a token without a carrier', 'P15', [", 'query' => ['st' => $token, 'e' => \"$expires\"]", '']),
  mutant('PHP', 'a body of any length is taken', 'P9', ['if (strlen($text) > MAX_BODY) {', 'if (false) {']),
  mutant('PHP', 'failures are plain JSON', 'P26', [
    "http_response_code($problem->getCode());\n    header('Content-Type: application/problem+json');",
    "http_response_code($problem->getCode());\n    header('Content-Type: application/json');",
  ]),
  mutant('Ruby', 'a 404 for what may not be had', 'P19', ['Problem.new(403,', 'Problem.new(404,']),
  mutant('Ruby', 'a reason that is not known is an outage', 'P7', [
    '(reason == "refused" ? 1 : 0)',
    '{ nil => 0, "initial" => 0, "refused" => 1 }.fetch(reason)',
  ]),
  mutant('Ruby', 'a reason that is null is an outage', 'P6', [
    '(reason == "refused" ? 1 : 0)',
    '(reason.downcase == "refused" ? 1 : 0)',
  ]),
  mutant('Ruby', 'a body that is no JSON is an outage', 'P8', ['rescue JSON::ParserError', 'rescue NoMemoryError']),
  mutant('Ruby', 'tokens in an order of their own', 'P4', [
    'allowed.map { |url| token_for(url, url[ALLOWED, 1], expires) }',
    'allowed.zip(allowed.sort).map { |url, other| token_for(url, other[ALLOWED, 1], expires) }',
  ]),
  mutant('Ruby', 'members that are not known are refused', 'P5', [
    'unless urls.is_a?(Array)',
    'unless body.is_a?(Hash) && (body.keys - %w[urls reason session]).empty? && urls.is_a?(Array)',
  ]),
  mutant('Ruby', 'Retry-After is not exposed', 'P34', [
    '    "access-control-expose-headers" => "Date, Retry-After",\n',
    '',
  ]),
  mutant('Ruby', 'a preflight without CORS headers', 'P31', ['next [204, headers, []]', 'next [204, {}, []]']),
  mutant('Go', '`tokens` is null', 'P12', [
    '"tokens": tokens',
    '"tokens": []map[string]any(nil)[:min(0, len(tokens))]',
  ]),
  mutant('Go', 'any host is signed', 'P18', ['https://cdn\\.example\\.com(', 'https://[^/]+(']),
  mutant('Go', 'fifty URLs at most', 'P2', ['= 300, 100, 200_000', '= 300, 50, 200_000']),
  mutant('Go', 'pages of another origin are not let in', 'P29', [
    'header.Set("Access-Control-Allow-Origin", origin)',
    'header.Del("Access-Control-Allow-Origin")',
  ]),
  mutant('Java', 'all origins, with cookies', 'P32', [
    'headers.set("Access-Control-Allow-Origin", origin)',
    'headers.set("Access-Control-Allow-Origin", "*")',
  ]),
  mutant('Java', 'a path in place of the URL', 'P13', ['new Token(url, null', 'new Token(path, null']),
  mutant('Java', 'a clock that is an hour late', 'P22', ['getEpochSecond()', 'getEpochSecond() - 3600']),
  mutant('Java', 'URLs that are not answered for', 'P16', ['else answer.denied.add(url);', '']),
  mutant('C#', 'tokens that have ended', 'P21', ['var expires = now + Ttl', 'var expires = now - Ttl']),
  mutant('C#', 'an answer that says it is a page', 'P1', [': "application/json"', ': "text/html"']),
];
