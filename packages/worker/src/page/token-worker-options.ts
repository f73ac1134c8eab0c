import type { Playlist, TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { firstWrong, isPrefix, isTokenSource, plainOptions, unknownOption } from 'secure-token-core/adapter';
import type { WorkerSettings } from '../wire/worker-settings.ts';
import { isWritable } from '../wire/worker-settings.ts';

interface OwnOptions {
  /**
   * Whose requests are signed: those of the browser's own players, or those of scripts too, `fetch()` and
   * `XMLHttpRequest`. `'all'` needs the file `token-worker-all.js`. @default 'media'
   */
  requests?: 'media' | 'all';
}

type PlainOptions = Pick<
  TokenSourceOptions,
  'renewBefore' | 'jitter' | 'readAhead' | 'retry' | 'timeout' | 'refusals' | 'adopt' | 'debug'
>;

/** Options of a worker that asks the signing endpoint by itself. They stand in its URL: none of them may be secret. */
export interface AskingWorkerOptions extends OwnOptions, PlainOptions {
  /** The signing endpoint: a URL without a query, a fragment or user info. */
  endpoint: string | URL;
  /** The URLs that are signed: prefixes without a query. */
  protect: string | readonly string[];
  /** With which credentials the endpoint is called. */
  request?: { credentials: RequestCredentials };
}

/** A token source of the page, which signs for the worker. */
export interface SharedSourceOptions extends OwnOptions {
  /** The token source, which stays that of the page: `destroy()` of the worker object leaves it alone. */
  source: TokenSource;
  /**
   * The URLs that are signed: prefixes without a query. Without them the worker asks the page about each request of an
   * element; `requests: 'all'` needs them.
   */
  protect?: string | readonly string[];
  /**
   * Reads the playlists that scripts receive, so that `source` signs ahead: `hls`, `dash` or `hlsOrDash` of
   * `secure-token-core/playlists`. @default none: nothing is signed ahead
   */
  playlists?: (text: string) => Playlist;
}

/** The options for either way to get tokens: the worker asks the endpoint, or the page has a token source. */
export type TokenWorkerOptions = AskingWorkerOptions | SharedSourceOptions;

/** The settings and the token source with which a worker is registered. */
export interface WorkerPlan {
  readonly settings: WorkerSettings;
  /** The page's tokens. Absent where the worker has tokens of its own. */
  readonly source?: TokenSource;
  readonly playlists?: SharedSourceOptions['playlists'];
}

/** @throws `ERR_OPTIONS` at once, naming the option */
export function planWorker(given: TokenWorkerOptions | TokenSource): WorkerPlan {
  if (isTokenSource(given)) return { settings: {}, source: given };
  // a URL alone has no `protect`, and is refused below; what a getter says is asked for once
  const options: Readonly<Record<string, unknown>> = isObjectOfOptions(given) ? { ...given } : { endpoint: given };
  return 'source' in options ? planShared(options) : { settings: settingsToAsk(options) };
}

const isObjectOfOptions = (given: unknown): given is TokenWorkerOptions =>
  typeof given === 'object' && given !== null && !('href' in given);

type Given = Readonly<Record<string, unknown>>;

const wrong = (problem: string): SecureTokenError => new SecureTokenError('ERR_OPTIONS', problem);
const refuse = (problem: string | undefined): void => {
  if (problem) throw wrong(problem);
};

const ASKING = [...Object.keys(plainOptions), 'protect', 'request', 'requests'];
/** The options of a token source that nobody can write into a URL. */
const IN_PAGE = Object.keys({
  getTokens: true,
  tokens: true,
  clock: true,
  fetch: true,
  random: true,
} satisfies Record<Exclude<keyof TokenSourceOptions, keyof AskingWorkerOptions>, true>);

/** The worker is stopped and started at any time, and knows nothing but its URL, which anybody may read. */
const notInUrl = (what: string): string =>
  `${what} cannot stand in the URL of the worker. Create a token source and pass it: ` +
  'registerTokenWorker(url, createTokenSource({ … })).';

/** The settings of a worker that asks by itself. */
function settingsToAsk(options: Given): WorkerSettings {
  refuse(unknownOption(options, [...ASKING, ...IN_PAGE]));
  const inPage = IN_PAGE.find((name) => options[name] !== undefined);
  refuse(inPage && notInUrl(inPage));
  const { requests: given, ...others } = options;
  const { endpoint, protect, request } = others;
  refuse(plainOptions.endpoint(endpoint, 'endpoint') ?? firstWrong(options, plainOptions));
  refuse(request === undefined || isWritable('request', request) ? undefined : notInUrl(MORE_THAN_CREDENTIALS));

  const requests = checkedRequests(given);
  const rules = writtenRules(protect, requests);
  const refusals = writtenRefusals(others.refusals as TokenSourceOptions['refusals']);
  const all = { ...others, ...requests, ...refusals, endpoint: absolute(endpoint as string | URL), protect: rules };
  // none of the page's own: what a getter deep within returns the second time
  const settings = JSON.parse(JSON.stringify(all)) as object;
  const secret = Object.entries(settings).find(([name, value]) => !isWritable(name, value));
  refuse(secret && notInUrl(secret[0] === 'endpoint' ? NO_PLACE : secret[0]));
  return settings;
}

const MORE_THAN_CREDENTIALS = 'request with anything but { credentials }';
const NO_PLACE = 'endpoint with a query, a fragment or user info';

const SHARED = ['source', 'protect', 'requests', 'playlists'];

function planShared({ source, protect, requests: given, playlists, ...others }: Given): WorkerPlan {
  const [other] = Object.keys(others);
  const isOfSource = other && [...ASKING, ...IN_PAGE].includes(other);
  refuse(isOfSource ? `${other} is given beside source. Give it to createTokenSource() instead.` : undefined);
  refuse(unknownOption(others, SHARED));
  if (!isTokenSource(source)) throw wrong('source is not a token source. Give one of createTokenSource().');
  const requests = checkedRequests(given);
  if (playlists !== undefined) refuse(wrongPlaylists(playlists, requests));
  const settings =
    protect !== undefined || requests.requests ? { protect: writtenRules(protect, requests), ...requests } : {};
  return { settings, source, ...(playlists !== undefined && { playlists: playlists as (text: string) => Playlist }) };
}

function wrongPlaylists(playlists: unknown, { requests }: Requests): string | undefined {
  if (typeof playlists !== 'function')
    return 'playlists is no function. Give hls, dash or hlsOrDash of secure-token-core/playlists.';
  return requests ? undefined : "playlists is for requests: 'all': the worker reads no playlists of elements.";
}

/** As it stands in the settings. */
type Requests = Pick<WorkerSettings, 'requests'>;

function checkedRequests(requests: unknown = 'media'): Requests {
  if (requests === 'all') return { requests };
  if (requests === 'media') return {};
  throw wrong("requests is neither 'media' nor 'all'. Write 'all' if the requests of scripts are to be signed too.");
}

const PROTECT_IS_MISSING =
  "protect is missing. Write which URLs the worker signs, such as 'https://cdn.example.com/': " +
  'it sees the media requests of the whole site.';

const ALL_NEEDS_TEXT =
  "requests: 'all' needs protect as text without a query, such as 'https://cdn.example.com/': the worker has to know by " +
  'itself which requests to leave alone.';

/** @throws `ERR_OPTIONS` for rules that the worker could not read in its URL */
function writtenRules(protect: unknown, { requests }: Requests): readonly string[] {
  if (!protect) throw wrong(PROTECT_IS_MISSING);
  if (Array.isArray(protect) && !protect.length) refuse(isPrefix(protect, 'protect'));
  const noText = requests === 'all' ? ALL_NEEDS_TEXT : notInUrl('protect with anything but text without a query');
  const rules = ([protect].flat() as unknown[]).map((rule, index) => {
    if (typeof rule === 'function' || rule instanceof RegExp) throw wrong(noText);
    refuse(isPrefix(rule, Array.isArray(protect) ? `protect[${index}]` : 'protect'));
    return absolute(rule as string);
  });
  if (!isWritable('protect', rules)) throw wrong(noText);
  return rules;
}

/** The worker has another address than the page, from which it would resolve what is relative. */
const writtenRefusals = (refusals: TokenSourceOptions['refusals']): Pick<TokenSourceOptions, 'refusals'> =>
  refusals
    ? {
        refusals: refusals.map((each) =>
          typeof each === 'number' ? each : { ...each, prefix: absolute(each.prefix) },
        ),
      }
    : {};

const absolute = (url: string | URL): string => new URL(url, document.baseURI).href;
