"""Answers POST /token with Secure Token (nginx secure_link) tokens."""

import base64
import hashlib
import json
import os
import re
import sys
import time

SECRET = os.environ.get("CDN_SECRET") or sys.exit("CDN_SECRET is missing")
# What may be signed. Names hold letters, digits and ._- only, and end with no dot: all servers read them alike. Windows
# drops dots and spaces at the end of a name, and has a second name with a ~ for a long one (PREMIU~1).
ALLOWED = re.compile(r"https://cdn\.example\.com(/vod(?:/[\w.-]*[\w-])+)(?:\?[!-\"$-~]*)?", re.ASCII)
PAGES = {"https://app.example.com"}  # the origins of the pages that may ask
TTL = 300  # seconds
MAX_URLS = 100
MAX_URL = 8192  # characters
MAX_BODY = 200_000  # bytes
CALLS_PER_MINUTE = 600  # of one viewer, in one process


def viewer_of(environ):
    """Your session check: who is asking? None if nobody is logged in. For a first try: everybody."""
    return "a viewer"


def may_watch(viewer, path):
    """Your entitlement check. In front of a server that ignores case (Windows, macOS), compare path.lower()."""
    return not path.startswith("/vod/premium/")


calls = {}  # of each viewer, in the current minute


def seconds_to_wait(viewer, now):
    if calls.get(None) != now // 60:
        calls.clear()
        calls[None] = now // 60
    calls[viewer] = calls.get(viewer, 0) + 1
    return 60 - now % 60 if calls[viewer] > CALLS_PER_MINUTE else 0


class Problem(Exception):
    def __init__(self, status, detail, *headers):
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, list(headers)


def token_for(url, path, expires):
    digest = hashlib.md5(f"{SECRET}{path}{expires}".encode()).digest()
    token = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"url": url, "anyQuery": True, "expires": expires, "query": {"st": token, "e": str(expires)}}


def read_request(environ):
    if not re.match(r"application/json\s*(;|$)", environ.get("CONTENT_TYPE", ""), re.IGNORECASE):
        raise Problem("415 Unsupported Media Type", "Send the body as application/json.")
    length = environ.get("CONTENT_LENGTH") or "0"
    if not re.fullmatch("[0-9]{1,9}", length) or int(length) > MAX_BODY:
        raise Problem("413 Content Too Large", "The body is too long; ask for fewer URLs.")
    try:
        body = json.loads(environ["wsgi.input"].read(int(length)))
    except (ValueError, RecursionError):
        raise Problem("400 Bad Request", "The body is not JSON.") from None
    urls = body.get("urls") if isinstance(body, dict) else None
    if not isinstance(urls, list) or not 1 <= len(urls) <= MAX_URLS or not all(isinstance(url, str) for url in urls):
        raise Problem("400 Bad Request", f"`urls` must be a list of 1 to {MAX_URLS} URLs.")
    return urls, body.get("reason", "initial")


def answer(environ):
    if environ["REQUEST_METHOD"] != "POST":
        raise Problem("405 Method Not Allowed", "Send a POST.", ("Allow", "POST, OPTIONS"))
    urls, reason = read_request(environ)
    viewer = viewer_of(environ)
    if viewer is None:
        raise Problem("401 Unauthorized", "Log in first.")
    now = int(time.time())
    if wait := seconds_to_wait(viewer, now):
        raise Problem("429 Too Many Requests", "Too many calls.", ("Retry-After", str(wait)))
    # One URL and one expiry give one token. A viewer whose token was refused must get another one.
    expires = now + TTL + (1 if reason == "refused" else 0)
    tokens, denied = [], []
    for url in dict.fromkeys(urls):
        allowed = len(url) <= MAX_URL and ALLOWED.fullmatch(url)
        if allowed and may_watch(viewer, allowed[1]):
            tokens.append(token_for(url, allowed[1], expires))
        else:
            denied.append(url)
    if not tokens:
        raise Problem("403 Forbidden", "This viewer may have none of these URLs.")
    return {"now": now, "tokens": tokens, "denied": denied}


def cors_headers(environ):
    origin = environ.get("HTTP_ORIGIN")
    headers = [("Vary", "Origin"), ("Cache-Control", "no-store")]
    if origin in PAGES:
        headers += [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")]
        headers += [("Access-Control-Allow-Methods", "POST"), ("Access-Control-Max-Age", "7200")]
        headers += [("Access-Control-Allow-Headers", "authorization, content-type")]
        headers += [("Access-Control-Expose-Headers", "Date, Retry-After")]
    return headers


def app(environ, start_response):
    headers = cors_headers(environ)
    if environ["REQUEST_METHOD"] == "OPTIONS":
        start_response("204 No Content", headers)
        return []
    try:
        status, media_type, body = "200 OK", "application/json", answer(environ)
    except Problem as problem:
        status, media_type = problem.status, "application/problem+json"
        headers += problem.headers
        body = {"title": status[4:], "status": int(status[:3]), "detail": problem.detail}
    data = json.dumps(body).encode()
    start_response(status, headers + [("Content-Type", media_type), ("Content-Length", str(len(data)))])
    return [data]
