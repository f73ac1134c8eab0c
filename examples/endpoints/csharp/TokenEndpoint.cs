// Answers POST /token with Secure Token (nginx secure_link) tokens.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

public class Query { public string st, e; }
public class Token { public string url, prefix; public bool anyQuery; public long expires; public Query query; }
public class Answer { public long now; public List<Token> tokens; public List<string> denied; }
public class Problem { public int status; public string detail; }

static class TokenEndpoint
{
    static readonly string Secret = Environment.GetEnvironmentVariable("CDN_SECRET");
    static TokenEndpoint() { if (string.IsNullOrEmpty(Secret)) throw new Exception("CDN_SECRET is missing"); }
    // What may be signed. Names hold letters, digits and ._- only, and end with no dot: all servers read them alike.
    // Windows drops dots and spaces at the end of a name, and has a second name with a ~ for a long one (PREMIU~1).
    static readonly Regex Allowed =
        new Regex(@"^https://cdn\.example\.com(/vod(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+)(?:\?[!-""$-~]*)?\z");
    static readonly string[] Pages = { "https://app.example.com" }; // the origins of the pages that may ask
    const int Ttl = 300, MaxUrls = 100, MaxUrl = 8192, MaxBody = 200000, CallsPerMinute = 600; // of one viewer

    /// <summary>Your session check: who is asking? null if nobody is logged in. For a first try: everybody.</summary>
    static string ViewerOf(HttpListenerRequest request) => "a viewer";

    /// <summary>Your entitlement check. In front of a server that ignores case, compare path.ToLowerInvariant().</summary>
    static bool MayWatch(string viewer, string path) => !path.StartsWith("/vod/premium/", StringComparison.Ordinal);

    static Token TokenFor(string url, string path, long expires)
    {
        var digest = MD5.Create().ComputeHash(Encoding.UTF8.GetBytes(Secret + path + expires));
        string st = Convert.ToBase64String(digest).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var query = new Query { st = st, e = $"{expires}" };
        return new Token { url = url, anyQuery = true, expires = expires, query = query };
    }

    // lists within lists end at 32, and a text at the end of the body
    static readonly XmlDictionaryReaderQuotas Limit = new XmlDictionaryReaderQuotas { MaxStringContentLength = MaxBody };
    static readonly Dictionary<string, int> Calls = new Dictionary<string, int>(); // of each viewer, in that minute
    static long minute;
    [MethodImpl(MethodImplOptions.Synchronized)]
    static bool CallsTooOften(string viewer, long now)
    {
        if (minute != (minute = now / 60)) Calls.Clear();
        return (Calls[viewer] = Calls.TryGetValue(viewer, out int calls) ? calls + 1 : 1) > CallsPerMinute;
    }
    static Problem Fail(int status, string detail) => new Problem { status = status, detail = detail };

    static object AnswerTo(HttpListenerRequest request, WebHeaderCollection headers)
    {
        if (request.HttpMethod != "POST") { headers["Allow"] = "POST, OPTIONS"; return Fail(405, "Send a POST."); }
        if (!Regex.IsMatch(request.ContentType ?? "", @"^application/json\s*(;|$)", RegexOptions.IgnoreCase))
            return Fail(415, "Send the body as application/json.");
        var body = new byte[MaxBody + 1];
        var length = 0;
        for (int read = -1; read != 0 && length < body.Length; length += read)
            read = request.InputStream.Read(body, length, body.Length - length);
        if (length > MaxBody) return Fail(413, "The body is too long; ask for fewer URLs.");
        XElement call;
        try { call = XElement.Load(JsonReaderWriterFactory.CreateJsonReader(body, 0, length, Limit)); }
        catch (Exception) { return Fail(400, "The body is not JSON."); }
        var urls = call.Elements("urls").Where(each => (string)each.Attribute("type") == "array").Elements().ToList();
        if (urls.Count < 1 || urls.Count > MaxUrls || urls.Any(url => (string)url.Attribute("type") != "string"))
            return Fail(400, $"`urls` must be a list of 1 to {MaxUrls} URLs.");
        var viewer = ViewerOf(request);
        if (viewer == null) return Fail(401, "Log in first.");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (CallsTooOften(viewer, now)) { headers["Retry-After"] = $"{60 - now % 60}"; return Fail(429, "Too often."); }
        // One URL and one expiry give one token. A viewer whose token was refused must get another one.
        var expires = now + Ttl + ((string)call.Element("reason") == "refused" ? 1 : 0);
        var answer = new Answer { now = now, tokens = new List<Token>(), denied = new List<string>() };
        foreach (var url in urls.Select(each => each.Value).Distinct())
        {
            var found = Allowed.Match(url.Length <= MaxUrl ? url : "");
            var path = found.Groups[1].Value;
            if (found.Success && MayWatch(viewer, path)) answer.tokens.Add(TokenFor(url, path, expires));
            else answer.denied.Add(url);
        }
        return answer.tokens.Count > 0 ? answer : (object)Fail(403, "This viewer may have none of these URLs.");
    }

    static void Handle(HttpListenerContext context)
    {
        HttpListenerResponse response = context.Response;
        response.StatusCode = 503; // if the rest of this throws: an outage is no denial
        response.Headers["Cache-Control"] = "no-store";
        response.Headers["Vary"] = "Origin";
        if (Pages.Contains(context.Request.Headers["Origin"]))
        {
            response.Headers["Access-Control-Allow-Origin"] = context.Request.Headers["Origin"];
            response.Headers["Access-Control-Allow-Credentials"] = "true";
            response.Headers["Access-Control-Allow-Headers"] = "authorization, content-type";
            response.Headers["Access-Control-Expose-Headers"] = "Date, Retry-After";
        }
        object answer = context.Request.HttpMethod == "OPTIONS" ? null : AnswerTo(context.Request, response.Headers);
        response.StatusCode = (answer as Problem)?.status ?? (answer == null ? 204 : 200);
        response.ContentType = answer is Problem ? "application/problem+json" : "application/json";
        if (answer != null) new DataContractJsonSerializer(answer.GetType()).WriteObject(response.OutputStream, answer);
        response.Close();
    }
    static void Main()
    {
        var listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT")}/");
        listener.Start();
        for (;;)
        {
            HttpListenerContext context = listener.GetContext();
            Task.Run(() => Handle(context)).ContinueWith(_ => context.Response.Abort()); // if it was not closed
        }
    }
}
