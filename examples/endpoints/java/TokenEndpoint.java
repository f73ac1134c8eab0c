import com.google.gson.*;
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.*;
import java.util.concurrent.Executors;
import java.util.regex.*;

/** Answers POST /token with Secure Token (nginx secure_link) tokens. JSON is read by Gson. */
public class TokenEndpoint {
    static final String SECRET = Optional.ofNullable(System.getenv("CDN_SECRET"))
            .filter(secret -> !secret.isEmpty()).orElseThrow(() -> new Error("CDN_SECRET is missing"));
    // What may be signed. Names hold letters, digits and ._- only, and end with no dot: all servers read them alike.
    // Windows drops dots and spaces at the end of a name, and has a second name with a ~ for a long one (PREMIU~1).
    static final Pattern ALLOWED = // with possessive repeats (++, *+): others take stack for each folder
            Pattern.compile("https://cdn\\.example\\.com(/vod(?:/[\\w.-]*+(?<=[\\w-]))++)(?:\\?[!-\"$-~]*)?");
    static final Set<String> PAGES = Set.of("https://app.example.com"); // the origins of the pages that may ask
    static final int TTL = 300, MAX_URLS = 100, MAX_URL = 8192, MAX_BODY = 200_000, CALLS_PER_MINUTE = 600;

    /** Your session check: who is asking? null if nobody is logged in. For a first try: everybody. */
    static String viewerOf(Headers request) {
        return "a viewer";
    }

    /** Your entitlement check. In front of a server that ignores case, compare path.toLowerCase(Locale.ROOT). */
    static boolean mayWatch(String viewer, String path) {
        return !path.startsWith("/vod/premium/");
    }

    record Token(String url, String prefix, boolean anyQuery, long expires, Map<String, String> query) {}
    record Answer(long now, List<Token> tokens, List<String> denied) {}
    record Problem(int status, String detail) {}

    static Token tokenFor(String url, String path, long expires) throws Exception {
        byte[] digest = MessageDigest.getInstance("MD5").digest((SECRET + path + expires).getBytes("UTF-8"));
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        return new Token(url, null, true, expires, Map.of("st", token, "e", "" + expires));
    }

    static final Map<String, Integer> calls = new HashMap<>(); // of each viewer, in that minute
    static long minute;

    static synchronized boolean callsTooOften(String viewer, long now) {
        if (minute != (minute = now / 60)) calls.clear();
        return calls.merge(viewer, 1, Integer::sum) > CALLS_PER_MINUTE;
    }

    static Object answer(HttpExchange exchange) throws Exception {
        if (!exchange.getRequestMethod().equals("POST")) {
            exchange.getResponseHeaders().set("Allow", "POST, OPTIONS");
            return new Problem(405, "Send a POST.");
        }
        String type = Objects.toString(exchange.getRequestHeaders().getFirst("Content-Type"), "");
        if (!type.matches("(?i)application/json\\s*(;.*)?")) return new Problem(415, "Send application/json.");
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) return new Problem(413, "The body is too long; ask for fewer URLs.");
        Set<String> urls = new LinkedHashSet<>();
        JsonObject call;
        try {
            call = JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
            JsonArray asked = call.getAsJsonArray("urls");
            for (JsonElement url : asked) urls.add(url.getAsJsonPrimitive().isString() ? url.getAsString() : null);
            if (asked.isEmpty() || asked.size() > MAX_URLS || urls.contains(null)) throw new JsonParseException("urls");
        } catch (JsonParseException | IllegalStateException | ClassCastException | NullPointerException error) {
            return new Problem(400, "`urls` must be a list of 1 to " + MAX_URLS + " URLs.");
        }
        String viewer = viewerOf(exchange.getRequestHeaders());
        if (viewer == null) return new Problem(401, "Log in first.");
        long now = Instant.now().getEpochSecond();
        if (callsTooOften(viewer, now)) {
            exchange.getResponseHeaders().set("Retry-After", "" + (60 - now % 60));
            return new Problem(429, "Too many calls.");
        }
        // One URL and one expiry give one token. A viewer whose token was refused must get another one.
        long expires = now + TTL + (new JsonPrimitive("refused").equals(call.get("reason")) ? 1 : 0);
        Answer answer = new Answer(now, new ArrayList<>(), new ArrayList<>());
        for (String url : urls) {
            Matcher found = ALLOWED.matcher(url);
            String path = url.length() <= MAX_URL && found.matches() ? found.group(1) : null;
            if (path != null && mayWatch(viewer, path)) answer.tokens.add(tokenFor(url, path, expires));
            else answer.denied.add(url);
        }
        return answer.tokens.isEmpty() ? new Problem(403, "This viewer may have none of these URLs.") : answer;
    }

    static void handle(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        headers.set("Cache-Control", "no-store");
        headers.set("Vary", "Origin");
        if (origin != null && PAGES.contains(origin)) {
            headers.set("Access-Control-Allow-Origin", origin);
            headers.set("Access-Control-Allow-Credentials", "true");
            headers.set("Access-Control-Allow-Headers", "authorization, content-type");
            headers.set("Access-Control-Expose-Headers", "Date, Retry-After");
        }
        Object answer;
        try {
            answer = exchange.getRequestMethod().equals("OPTIONS") ? new Problem(204, "") : answer(exchange);
        } catch (Exception | StackOverflowError error) { // an outage of yours is no denial: the player tries again
            answer = new Problem(503, "Try again later.");
        }
        int status = answer instanceof Problem problem ? problem.status : 200;
        headers.set("Content-Type", status == 200 ? "application/json" : "application/problem+json");
        byte[] body = new GsonBuilder().serializeNulls().create().toJson(answer).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, status == 204 ? -1 : body.length);
        if (status != 204) exchange.getResponseBody().write(body);
    }

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/token", exchange -> { try (exchange) { handle(exchange); } }); // closes it in any case
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
    }
}
