import type { Playlist, TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { firstWrong, isPrefix, isTokenSource, plainOptions, unknownOption, wrongAt } from 'secure-token-core/adapter';
import type { WorkerSettings } from '../wire/worker-settings.ts';
import { isWritable } from '../wire/worker-settings.ts';

interface OwnOptions {
  /**
   * The requests that the worker signs: those of the browser's own players, or with `'all'` also those of scripts, by
   * `fetch()` and `XMLHttpRequest`. `'all'` needs the file `token-worker-all.js`.
   * @default 'media'
   */
  requests?: 'media' | 'all';
}

type PlainOptions = Pick<
  TokenSourceOptions,
  'renewBefore' | 'jitter' | 'readAhead' | 'retry' | 'timeout' | 'refusals' | 'debug'
>;

/**
 * Options of a worker that calls the signing endpoint itself. The URL of the worker holds them, so none may be secret.
 */
export interface AskingWorkerOptions extends OwnOptions, PlainOptions {
  /** The signing endpoint: a URL without a query, a fragment or user info. */
  endpoint: string | URL;
  /** The URLs that the worker signs: prefixes without a query. */
  protect: string | readonly string[];
  /** The credentials mode of calls to the endpoint. */
  request?: { credentials: RequestCredentials };
}

/** A token source of the page that signs for the worker. */
export interface SharedSourceOptions extends OwnOptions {
  /** The token source. It still belongs to the page: `destroy()` of the worker object does not destroy it. */
  source: TokenSource;
  /**
   * The URLs that the worker signs: prefixes without a query. Without `protect`, the worker asks the page about each
   * request of a media element. `requests: 'all'` needs `protect`.
   */
  protect?: string | readonly string[];
  /**
   * Reads the playlists that scripts receive, so that `source` signs ahead: `hls`, `dash` or `hlsOrDash` of
   * `secure-token-core/playlists`.
   * @default none: nothing is signed ahead
   */
  playlists?: (text: string) => Playlist;
}

/** The options for either way to get tokens: the worker asks the endpoint, or the page has a token source. */
export type TokenWorkerOptions = AskingWorkerOptions | SharedSourceOptions;

/** The settings and the token source with which a worker is registered. */
export interface WorkerPlan {
  readonly settings: WorkerSettings;
  /** The token source of the page. Absent if the worker calls the endpoint itself. */
  readonly source?: AdapterSource;
  readonly playlists?: SharedSourceOptions['playlists'];
}

/** @throws `ERR_OPTIONS` at once, naming the option */
export function planWorker(given: TokenWorkerOptions | TokenSource): WorkerPlan {
  if (isTokenSource(given)) return { settings: {}, source: given as AdapterSource };
  // a URL alone has no `protect`, so `settingsToAsk` refuses it; the copy reads each getter only once
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
/** The options of a token source that a URL cannot hold. */
const IN_PAGE = Object.keys({
  getTokens: true,
  tokens: true,
  clock: true,
  fetch: true,
  random: true,
} satisfies Record<Exclude<keyof TokenSourceOptions, keyof AskingWorkerOptions | 'adopt'>, true>);

/**
 * Returns the message for an option that the URL of the worker cannot hold. The browser stops and starts the worker at
 * any time, so the worker knows only its URL; and everybody may read that URL.
 */
const notInUrl = (what: string): string =>
  `${what} cannot stand in the URL of the worker. Create a token source and pass it: ` +
  'registerTokenWorker(url, createTokenSource({ … })).';

/** Returns the settings of a worker that calls the endpoint itself. */
function settingsToAsk(options: Given): WorkerSettings {
  refuse(unknownOption(options, [...ASKING, ...IN_PAGE]));
  const inPage = IN_PAGE.find((name) => options[name] !== undefined);
  refuse(inPage && notInUrl(inPage));
  const { requests: given, ...others } = options;
  const { endpoint, protect, request } = others;
  refuse(unknownOption(Object(options.retry) as object, ['limit', 'backoffLimit'], 'retry.'));
  refuse(wrongAt(plainOptions.endpoint(endpoint, 'endpoint') ?? firstWrong(options, plainOptions), options));
  refuse(request === undefined || isWritable('request', request) ? undefined : notInUrl(MORE_THAN_CREDENTIALS));

  const requests = checkedRequests(given);
  const rules = writtenRules(protect, requests);
  const all = { ...others, ...requests, endpoint: absolute(endpoint as string | URL), protect: rules };
  // a copy: a getter deep within the options could return another value the second time
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
  return {
    settings,
    source: source as AdapterSource,
    ...(playlists !== undefined && { playlists: playlists as (text: string) => Playlist }),
  };
}

function wrongPlaylists(playlists: unknown, { requests }: Requests): string | undefined {
  if (typeof playlists !== 'function')
    return 'playlists is no function. Give hls, dash or hlsOrDash of secure-token-core/playlists.';
  return requests ? undefined : "playlists is for requests: 'all': the worker reads no playlists of elements.";
}

/** The option `requests`, as the settings hold it. */
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
  "requests: 'all' needs protect as text without a query, such as 'https://cdn.example.com/': " +
  'the worker has to know by itself which requests to leave alone.';

/**
 * Returns the prefixes of `protect` as absolute URLs.
 * @throws `ERR_OPTIONS` for prefixes that the URL of the worker cannot hold
 */
function writtenRules(protect: unknown, { requests }: Requests): readonly string[] {
  if (!protect) throw wrong(PROTECT_IS_MISSING);
  if (Array.isArray(protect) && !protect.length) refuse(wrongAt('protect', { protect }));
  const noText = requests === 'all' ? ALL_NEEDS_TEXT : notInUrl('protect with anything but text without a query');
  const rules = ([protect].flat() as unknown[]).map((rule, index) => {
    if (typeof rule === 'function' || rule instanceof RegExp) throw wrong(noText);
    refuse(wrongAt(isPrefix(rule, Array.isArray(protect) ? `protect[${index}]` : 'protect'), { protect }));
    return absolute(rule as string);
  });
  if (!isWritable('protect', rules)) throw wrong(noText);
  return rules;
}

const absolute = (url: string | URL): string => new URL(url, document.baseURI).href;
