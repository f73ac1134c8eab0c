import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import type { Program } from './programs.ts';

/** A signing endpoint of `examples/endpoints`, and how it is run. */
export interface LanguageEndpoint {
  readonly name: string;
  readonly program: Program;
  readonly file: string;
  /** The session check of a first try: everybody is a viewer. */
  readonly check: RegExp;
  /** Code in its place: the cookie `session=a-session` is a viewer. */
  readonly sessions: string;
  /** Prints the names of files that the language's own formatter would change, where it comes with the compiler. */
  readonly misformed?: readonly string[];
  /** Makes what is run of the file, where something has to be made. */
  readonly build?: readonly string[];
  readonly run: (port: number) => readonly string[];
}

const serveWsgi = `
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from token_endpoint import app
WSGIRequestHandler.log_message = lambda *_: None
make_server("127.0.0.1", int(sys.argv[1]), app).serve_forever()
`;

const gson = '/usr/share/java/gson.jar';
const references = ['System.Core', 'System.Runtime.Serialization', 'System.Xml', 'System.Xml.Linq'];

export const languageEndpoints: readonly LanguageEndpoint[] = [
  {
    name: 'Python',
    program: 'python3',
    file: 'examples/endpoints/python/token_endpoint.py',
    check: /^def viewer_of[\s\S]*?\n\n/m,
    sessions: `SESSIONS = {"a-session": "a viewer"}


def viewer_of(environ):
    cookie = re.search(r"(?:^|; )session=([^;]+)", environ.get("HTTP_COOKIE", ""))  # one of several
    return SESSIONS.get(cookie[1]) if cookie else None
`,
    run: (port) => ['python3', '-c', serveWsgi, String(port)],
  },
  {
    name: 'PHP',
    program: 'php',
    file: 'examples/endpoints/php/token.php',
    check: /^function viewer[\s\S]*?^\}\n/m,
    sessions: `const SESSIONS = ['a-session' => 'a viewer'];

function viewer(): ?string
{
    return SESSIONS[$_COOKIE['session'] ?? ''] ?? null;
}
`,
    run: (port) => ['php', '-n', '-S', `127.0.0.1:${port}`, 'token.php'],
  },
  {
    name: 'Go',
    program: 'go',
    file: 'examples/endpoints/go/main.go',
    check: /^func viewerOf.*\n/m,
    sessions: `var sessions = map[string]string{"a-session": "a viewer"}

func viewerOf(r *http.Request) string {
	cookie, err := r.Cookie("session")
	if err != nil {
		return ""
	}
	return sessions[cookie.Value]
}
`,
    misformed: ['gofmt', '-l'],
    build: ['go', 'build', '-o', 'endpoint', 'main.go'],
    run: () => ['./endpoint'],
  },
  {
    name: 'Ruby',
    program: 'puma',
    file: 'examples/endpoints/ruby/config.ru',
    check: /^def viewer_of[\s\S]*?^end\n/m,
    sessions: String.raw`SESSIONS = { "a-session" => "a viewer" }.freeze

def viewer_of(env)
  SESSIONS[env["HTTP_COOKIE"].to_s[/(?:\A|; )session=([^;]+)/, 1]]
end
`,
    run: (port) => ['puma', '--silent', '--bind', `tcp://127.0.0.1:${port}`, 'config.ru'],
  },
  {
    name: 'Java',
    program: 'java',
    file: 'examples/endpoints/java/TokenEndpoint.java',
    check: /^ {4}static String viewerOf[\s\S]*?^ {4}\}\n/m,
    sessions: `    static final Map<String, String> SESSIONS = Map.of("a-session", "a viewer");

    static String viewerOf(Headers request) {
        String cookies = Objects.toString(request.getFirst("Cookie"), "");
        Matcher session = Pattern.compile("(?:^|; )session=([^;]+)").matcher(cookies);
        return session.find() ? SESSIONS.get(session.group(1)) : null;
    }
`,
    build: ['javac', '-cp', gson, '-d', '.', 'TokenEndpoint.java'],
    run: () => ['java', '-cp', `${gson}:.`, 'TokenEndpoint'],
  },
  {
    name: 'C#',
    program: 'mono',
    file: 'examples/endpoints/csharp/TokenEndpoint.cs',
    check: /^ {4}static string ViewerOf.*\n/m,
    sessions: `    static readonly Dictionary<string, string> Sessions =
        new Dictionary<string, string> { ["a-session"] = "a viewer" };

    static string ViewerOf(HttpListenerRequest request) =>
        Sessions.TryGetValue(request.Cookies["session"]?.Value ?? "", out string viewer) ? viewer : null;
`,
    build: ['mcs', ...references.map((name) => `-r:${name}`), 'TokenEndpoint.cs'],
    run: () => ['mono', 'TokenEndpoint.exe'],
  },
];

export const codeOf = ({ file }: LanguageEndpoint): string => readFileSync(file, 'utf8');

/** The code of an endpoint with a session check. */
export const withSessions = (endpoint: LanguageEndpoint): string =>
  codeOf(endpoint).replace(endpoint.check, () => `${endpoint.sessions}${endpoint.name === 'Python' ? '\n\n' : '\n'}`);

/** Runs endpoints, each in a folder of its own, until `stop`. */
export class EndpointProcesses {
  readonly #folder = mkdtempSync(join(tmpdir(), 'endpoint-'));
  readonly #children: ChildProcess[] = [];
  #count = 0;

  /** Resolves with the address once it answers. @throws what its compiler said, or what it said when it ended */
  async serve(endpoint: LanguageEndpoint, code: string, secret: string | undefined): Promise<string> {
    const cwd = join(this.#folder, String(this.#count++));
    mkdirSync(cwd);
    writeFileSync(join(cwd, basename(endpoint.file)), code);
    const { build, run } = endpoint;
    if (build) execFileSync(build[0]!, build.slice(1), { cwd, stdio: 'pipe' });
    const port = await freePort();
    // TMPDIR: PHP counts calls in files
    const env = { ...process.env, CDN_SECRET: secret, PORT: String(port), TMPDIR: cwd };
    const [command, ...args] = run(port);
    const child = spawn(command!, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        said += String(text);
      });
    const ended = new Promise<never>((_, reject) => child.on('close', () => reject(new Error(said))));
    const url = `http://127.0.0.1:${port}/token`;
    await Promise.race([answering(url), ended]);
    return url;
  }

  stop(): void {
    for (const child of this.#children) child.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function answering(url: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await delay(50);
  }
  throw new Error(`${url} does not answer`);
}
