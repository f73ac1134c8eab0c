<?php
declare(strict_types=1);

// What may be signed. Names hold letters, digits and ._- only, and end with no dot: all servers read them alike. Windows
// drops dots and spaces at the end of a name, and has a second name with a ~ for a long one (PREMIU~1).
const ALLOWED = '{^https://cdn\.example\.com(/vod(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+)(?:\?[!-"$-~]*)?\z}';
const PAGES = ['https://app.example.com']; // the origins of the pages that may ask
const TTL = 300; // seconds
const MAX_URLS = 100;
const MAX_BODY = 200_000, MAX_URL = 8192; // bytes
const CALLS_PER_MINUTE = 600; // of one viewer, on one server

/** Your session check: who is asking? null if nobody is logged in. For a first try: everybody. */
function viewer(): ?string
{
    return 'a viewer';
}

/** Your entitlement check. In front of a server that ignores case (Windows, macOS), compare strtolower($path). */
function mayWatch(string $viewer, string $path): bool
{
    return !str_starts_with($path, '/vod/premium/');
}

final class Problem extends Exception {}

/** Counts in a file for each viewer: processes of PHP share no memory. */
function secondsToWait(string $secret, string $viewer, int $now): int
{
    $file = fopen(sys_get_temp_dir() . '/token-' . hash_hmac('sha256', $viewer, $secret), 'c+');
    flock($file, LOCK_EX);
    [$minute, $calls] = fscanf($file, '%d %d') ?: [0, 0];
    $calls = $minute === intdiv($now, 60) ? $calls + 1 : 1;
    rewind($file);
    fprintf($file, "%d %d\n", intdiv($now, 60), $calls);
    return $calls > CALLS_PER_MINUTE ? 60 - $now % 60 : 0;
}

function tokenFor(string $secret, string $url, string $path, int $expires): array
{
    $token = rtrim(strtr(base64_encode(md5($secret . $path . $expires, true)), '+/', '-_'), '=');
    return ['url' => $url, 'anyQuery' => true, 'expires' => $expires, 'query' => ['st' => $token, 'e' => "$expires"]];
}

function readRequest(): array
{
    if (!preg_match('{^application/json\s*(;|$)}i', $_SERVER['CONTENT_TYPE'] ?? '')) {
        throw new Problem('Send the body as application/json.', 415);
    }
    $text = file_get_contents('php://input', length: MAX_BODY + 1);
    if (strlen($text) > MAX_BODY) {
        throw new Problem('The body is too long; ask for fewer URLs.', 413);
    }
    $body = json_decode($text, true, 16);
    $urls = is_array($body) ? $body['urls'] ?? null : null;
    $isList = is_array($urls) && array_is_list($urls) && count($urls) >= 1 && count($urls) <= MAX_URLS;
    if (!$isList || array_filter($urls, 'is_string') !== $urls) {
        throw new Problem('`urls` must be a list of 1 to ' . MAX_URLS . ' URLs.', 400);
    }
    return [$urls, $body['reason'] ?? 'initial'];
}

function answer(): array
{
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        header('Allow: POST, OPTIONS');
        throw new Problem('Send a POST.', 405);
    }
    $secret = getenv('CDN_SECRET') ?: throw new Problem('The secret is missing.', 503);
    [$urls, $reason] = readRequest();
    $viewer = viewer() ?? throw new Problem('Log in first.', 401);
    $now = time();
    if ($wait = secondsToWait($secret, $viewer, $now)) {
        header("Retry-After: $wait");
        throw new Problem('Too many calls.', 429);
    }
    // One URL and one expiry give one token. A viewer whose token was refused must get another one.
    $expires = $now + TTL + ($reason === 'refused' ? 1 : 0);
    $tokens = $denied = [];
    foreach (array_unique($urls) as $url) {
        if (strlen($url) <= MAX_URL && preg_match(ALLOWED, $url, $found) && mayWatch($viewer, $found[1])) {
            $tokens[] = tokenFor($secret, $url, $found[1], $expires);
        } else {
            $denied[] = $url;
        }
    }
    if (!$tokens) {
        throw new Problem('This viewer may have none of these URLs.', 403);
    }
    return ['now' => $now, 'tokens' => $tokens, 'denied' => $denied];
}

header('Cache-Control: no-store');
header('Vary: Origin');
$origin = $_SERVER['HTTP_ORIGIN'] ?? '';
if (in_array($origin, PAGES, true)) {
    header("Access-Control-Allow-Origin: $origin");
    header('Access-Control-Allow-Credentials: true');
    header('Access-Control-Allow-Headers: authorization, content-type');
    header('Access-Control-Expose-Headers: Date, Retry-After');
}
if ($_SERVER['REQUEST_METHOD'] === 'OPTIONS') {
    http_response_code(204);
    exit;
}
try {
    $body = answer();
    header('Content-Type: application/json');
} catch (Problem $problem) {
    http_response_code($problem->getCode());
    header('Content-Type: application/problem+json');
    $body = ['status' => $problem->getCode(), 'detail' => $problem->getMessage()];
} catch (Throwable $error) {
    // An outage of yours is no denial: the player tries again. A stack trace may hold passwords.
    error_log($error->getMessage());
    http_response_code(503);
    header('Content-Type: application/problem+json');
    $body = ['status' => 503, 'detail' => 'Try again later.'];
}
echo json_encode($body, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
