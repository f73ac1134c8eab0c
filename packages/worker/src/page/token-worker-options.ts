import type { Playlist, TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import {
  eachOf,
  firstWrong,
  aPrefix,
  isTokenSource,
  plainOptions,
  throwIfWrong,
  unknownOption,
  wrongAt,
} from 'secure-token-core/adapter';
import type { WorkerSettings } from '../wire/worker-settings.ts';
import { SETTING_NAMES } from '../wire/worker-settings.ts';

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

type Given = Readonly<Record<string, unknown>>;
/** The option `requests`, as the settings hold it. */
type Requests = Pick<WorkerSettings, 'requests'>;

/** @throws `ERR_OPTIONS` at once, naming the option */
export function planWorker(given: TokenWorkerOptions | TokenSource): WorkerPlan {
  if (isTokenSource(given)) return { settings: {}, source: given as AdapterSource };
  // a URL alone has no `protect`, so it is refused
  const isObject = typeof given === 'object' && !('href' in given);
  const { requests, ...options }: Given = isObject ? { ...given } : { endpoint: given };
  if (![undefined, 'media', 'all'].includes(requests as string)) throwIfWrong("requests is neither 'media' nor 'all'.");
  const all: Requests = requests === 'all' ? { requests } : {};
  return 'source' in options ? planShared(options, all) : { settings: settingsToAsk(options, all) };
}

/**
 * Returns the message for an option that the URL of the worker cannot hold. The browser stops and starts the worker at
 * any time, so the worker knows only its URL; and everybody may read that URL.
 */
const notInUrl = (name: string): string =>
  `${name} cannot stand in the URL of the worker.` +
  (__DEVELOPMENT__
    ? ' Create a token source with it, and pass that: registerTokenWorker(url, createTokenSource({ … })). ' +
      'Only URLs without a query, a fragment and user info, numbers and { credentials } can stand there.'
    : '');

/** Whether a value is an http(s) URL without a query, a fragment and user info, each of which may be a secret. */
const isBareUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:\/\/[^/\\?#@]+(\/[^?#]*)?$/.test(value);

/** Whether a value is a plain object that holds nothing else than these members. */
const holdsOnly = (value: unknown, ...names: string[]): boolean =>
  Object.getPrototypeOf(value ?? 0) === Object.prototype &&
  Object.keys(value as object).every((name) => names.includes(name));

const CREDENTIALS: readonly unknown[] = ['omit', 'same-origin', 'include'];

/** The settings with which a secret might come into the URL of a worker, each with its check. All others are numbers. */
const isWritable: Readonly<Record<string, (value: never) => boolean>> = {
  endpoint: isBareUrl,
  protect: (rules: readonly unknown[]) => rules.every(isBareUrl),
  request: (value: { credentials?: unknown }) =>
    holdsOnly(value, 'credentials') && CREDENTIALS.includes(value.credentials),
  retry: (value) => holdsOnly(value, 'limit', 'backoffLimit'),
};

/** @throws `ERR_OPTIONS` for settings that the URL of a worker cannot hold */
function refuseSecrets(settings: object): void {
  const secret = Object.entries(settings).find(
    ([name, value]) => value !== undefined && isWritable[name]?.(value as never) === false,
  );
  throwIfWrong(secret && notInUrl(secret[0]));
}

/** Returns the settings of a worker that calls the endpoint itself. */
function settingsToAsk(options: Given, all: Requests): WorkerSettings {
  const unknown = unknownOption(options, SETTING_NAMES);
  if (unknown) throwIfWrong(__DEVELOPMENT__ ? `${unknown} If it is one of a token source: ${notInUrl('it')}` : unknown);
  const { endpoint } = options;
  throwIfWrong(wrongAt(plainOptions.endpoint(endpoint, 'endpoint') ?? firstWrong(options, plainOptions), options));
  const settings = { ...options, ...all, endpoint: absolute(String(endpoint)), protect: writtenRules(options) };
  refuseSecrets(settings);
  return settings;
}

function planShared({ source, playlists, ...options }: Given, all: Requests): WorkerPlan {
  throwIfWrong(unknownOption(options, ['source', 'protect', 'playlists', 'requests']));
  if (!isTokenSource(source)) throwIfWrong('source is not a token source. Give one of createTokenSource().');
  if (playlists !== undefined && typeof playlists !== 'function') throwIfWrong('playlists is no function.');
  const hasRules = options.protect !== undefined || all.requests;
  const protect = hasRules ? writtenRules(options) : undefined;
  refuseSecrets({ protect });
  return {
    settings: { ...all, ...(protect && { protect }) },
    source: source as AdapterSource,
    ...(playlists ? { playlists: playlists as (text: string) => Playlist } : {}),
  };
}

/** Returns the prefixes of `protect` as absolute URLs. @throws `ERR_OPTIONS` for what is no prefix */
function writtenRules({ protect }: Given): readonly string[] {
  const rules = [protect ?? []].flat() as unknown[];
  if (!rules.length)
    throwIfWrong("protect is missing. Write which URLs the worker signs, such as 'https://cdn.example.com/'.");
  throwIfWrong(wrongAt(firstWrong({ protect: rules }, { protect: eachOf(aPrefix) }), { protect: rules }));
  return rules.map((rule) => absolute(rule as string));
}

const absolute = (url: string): string => new URL(url, document.baseURI).href;
