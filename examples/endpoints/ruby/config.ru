# Answers POST /token with Secure Token (nginx secure_link) tokens: a Rack application without a gem.
require "digest"
require "json"

SECRET = ENV["CDN_SECRET"].to_s
raise "CDN_SECRET is missing" if SECRET.empty?

# What may be signed. Names hold letters, digits and ._- only, and end with no dot: all servers read them alike. Windows
# drops dots and spaces at the end of a name, and has a second name with a ~ for a long one (PREMIU~1).
ALLOWED = %r{\Ahttps://cdn\.example\.com(/vod(?:/[\w.-]*[\w-])+)(?:\?[!-"$-~]*)?\z}
PAGES = ["https://app.example.com"].freeze # the origins of the pages that may ask
TTL = 300 # seconds
MAX_URLS = 100
MAX_URL = 8192 # characters
MAX_BODY = 200_000 # bytes
CALLS_PER_MINUTE = 600 # of one viewer, in one process

# Your session check: who is asking? nil if nobody is logged in. For a first try: everybody.
def viewer_of(env)
  "a viewer"
end

# Your entitlement check. In front of a server that ignores case (Windows, macOS), compare path.downcase.
def may_watch?(viewer, path)
  !path.start_with?("/vod/premium/")
end

class Problem < StandardError
  attr_reader :status, :headers

  def initialize(status, detail, headers = {})
    super(detail)
    @status = status
    @headers = headers
  end
end

COUNTING = Mutex.new
CALLS = Hash.new(0) # of each viewer, in the current minute

def seconds_to_wait(viewer, now)
  COUNTING.synchronize do
    CALLS.clear if CALLS[:minute] != now / 60
    CALLS[:minute] = now / 60
    (CALLS[viewer] += 1) > CALLS_PER_MINUTE ? 60 - now % 60 : 0
  end
end

def token_for(url, path, expires)
  token = [Digest::MD5.digest("#{SECRET}#{path}#{expires}")].pack("m0").tr("+/", "-_").delete("=")
  { url: url, anyQuery: true, expires: expires, query: { st: token, e: expires.to_s } }
end

def read_request(env)
  unless env["CONTENT_TYPE"].to_s.match?(%r{\Aapplication/json\s*(;|\z)}i)
    raise Problem.new(415, "Send the body as application/json.")
  end
  text = String.new(env["rack.input"]&.read(MAX_BODY + 1).to_s, encoding: "UTF-8")
  raise Problem.new(413, "The body is too long; ask for fewer URLs.") if text.bytesize > MAX_BODY
  raise Problem.new(400, "The body is not UTF-8.") unless text.valid_encoding?

  body = JSON.parse(text)
  urls = body["urls"] if body.is_a?(Hash)
  unless urls.is_a?(Array) && urls.size.between?(1, MAX_URLS) && urls.all?(String)
    raise Problem.new(400, "`urls` must be a list of 1 to #{MAX_URLS} URLs.")
  end
  [urls, body["reason"]]
rescue JSON::ParserError
  raise Problem.new(400, "The body is not JSON.")
end

def answer(env)
  raise Problem.new(405, "Send a POST.", "allow" => "POST, OPTIONS") if env["REQUEST_METHOD"] != "POST"

  urls, reason = read_request(env)
  viewer = viewer_of(env) or raise Problem.new(401, "Log in first.")
  now = Time.now.to_i
  wait = seconds_to_wait(viewer, now)
  raise Problem.new(429, "Too many calls.", "retry-after" => wait.to_s) if wait.positive?

  # One URL and one expiry give one token. A viewer whose token was refused must get another one.
  expires = now + TTL + (reason == "refused" ? 1 : 0)
  allowed, denied = urls.uniq.partition do |url|
    url.size <= MAX_URL && (path = url[ALLOWED, 1]) && may_watch?(viewer, path)
  end
  raise Problem.new(403, "This viewer may have none of these URLs.") if allowed.empty?

  { now: now, tokens: allowed.map { |url| token_for(url, url[ALLOWED, 1], expires) }, denied: denied }
end

def cors_headers(env)
  headers = { "cache-control" => "no-store", "vary" => "Origin" }
  return headers unless PAGES.include?(env["HTTP_ORIGIN"])

  headers.merge(
    "access-control-allow-origin" => env["HTTP_ORIGIN"],
    "access-control-allow-credentials" => "true",
    "access-control-allow-methods" => "POST",
    "access-control-allow-headers" => "authorization, content-type",
    "access-control-expose-headers" => "Date, Retry-After",
    "access-control-max-age" => "7200",
  )
end

run(lambda do |env|
  headers = cors_headers(env)
  next [204, headers, []] if env["REQUEST_METHOD"] == "OPTIONS"

  begin
    [200, headers.merge("content-type" => "application/json"), [JSON.generate(answer(env))]]
  rescue Problem => problem
    headers = headers.merge(problem.headers, "content-type" => "application/problem+json")
    [problem.status, headers, [JSON.generate({ status: problem.status, detail: problem.message })]]
  end
end)
