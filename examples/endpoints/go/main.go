// Answers POST /token with Secure Token (nginx secure_link) tokens.
package main

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What may be signed. Names hold letters, digits and ._- only, and end with no dot: all servers read them alike. Windows
// drops dots and spaces at the end of a name, and has a second name with a ~ for a long one (PREMIU~1).
var allowed = regexp.MustCompile(`^https://cdn\.example\.com(/vod(?:/[\w.-]*[\w-])+)(?:\?[!-"$-~]*)?$`)
var secret = os.Getenv("CDN_SECRET")
var pages = []string{"https://app.example.com"}                                    // origins of the pages that may ask
const ttl, maxURLs, maxBody, maxURL, callsPerMinute = 300, 100, 200_000, 8192, 600 // seconds, bytes; of one viewer

// viewerOf is your session check: who is asking? "" if nobody is logged in. For a first try: everybody.
func viewerOf(r *http.Request) string { return "a viewer" }

// mayWatch is your entitlement check. In front of a server that ignores case, compare strings.ToLower(path).
func mayWatch(viewer, path string) bool { return !strings.HasPrefix(path, "/vod/premium/") }

func tokenFor(url, path string, expires int64) map[string]any {
	e := strconv.FormatInt(expires, 10)
	digest := md5.Sum([]byte(secret + path + e))
	st := base64.RawURLEncoding.EncodeToString(digest[:])
	return map[string]any{"url": url, "anyQuery": true, "expires": expires, "query": map[string]any{"st": st, "e": e}}
}

var counting, minute, calls = sync.Mutex{}, int64(0), map[string]int{} // of each viewer, in that minute

func callsTooOften(viewer string, now int64) bool {
	counting.Lock()
	defer counting.Unlock()
	if minute != now/60 {
		minute, calls = now/60, map[string]int{}
	}
	calls[viewer]++
	return calls[viewer] > callsPerMinute
}

func answer(header http.Header, r *http.Request) (status int, detail string, body map[string]any) {
	viewer, now := viewerOf(r), time.Now().Unix()
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	var call struct {
		URLs   []string
		Reason any
	}
	switch {
	case r.Method != "POST":
		header.Set("Allow", "POST, OPTIONS")
		return 405, "Send a POST.", nil
	case !strings.EqualFold(strings.TrimSpace(strings.Split(r.Header.Get("Content-Type"), ";")[0]), "application/json"):
		return 415, "Send the body as application/json.", nil
	case len(text) > maxBody:
		return 413, "The body is too long; ask for fewer URLs.", nil
	case err != nil || json.Unmarshal(text, &call) != nil || len(call.URLs) < 1 || len(call.URLs) > maxURLs:
		return 400, "`urls` must be a list of 1 to 100 URLs.", nil
	case viewer == "":
		return 401, "Log in first.", nil
	case callsTooOften(viewer, now):
		header.Set("Retry-After", strconv.FormatInt(60-now%60, 10))
		return 429, "Too many calls.", nil
	}
	expires, tokens, denied := now+ttl, []map[string]any{}, []string{}
	if call.Reason == "refused" { // one URL and one expiry give one token: now another one is needed
		expires++
	}
	for _, url := range slices.Compact(slices.Sorted(slices.Values(call.URLs))) { // each once
		if found := allowed.FindStringSubmatch(url); len(url) <= maxURL && found != nil && mayWatch(viewer, found[1]) {
			tokens = append(tokens, tokenFor(url, found[1], expires))
		} else {
			denied = append(denied, url)
		}
	}
	if len(tokens) > 0 {
		return 200, "", map[string]any{"now": now, "tokens": tokens, "denied": denied}
	}
	return 403, "This viewer may have none of these URLs.", nil
}

func handle(w http.ResponseWriter, r *http.Request) {
	header, origin := w.Header(), r.Header.Get("Origin")
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Origin")
	if slices.Contains(pages, origin) {
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true")
		header.Set("Access-Control-Allow-Headers", "authorization, content-type")
		header.Set("Access-Control-Expose-Headers", "Date, Retry-After")
	}
	if r.Method == "OPTIONS" {
		w.WriteHeader(204)
		return
	}
	status, detail, body := answer(header, r)
	header.Set("Content-Type", "application/json")
	if status != 200 {
		header.Set("Content-Type", "application/problem+json")
		body = map[string]any{"status": status, "title": http.StatusText(status), "detail": detail}
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func main() {
	if secret == "" {
		panic("CDN_SECRET is missing")
	}
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(handle)))
}
