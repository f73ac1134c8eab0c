import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { SecureTokenError } from 'secure-token-core';
import { acquireTokenSource, isTokenSource, normaliseOptions, withoutOwnOptions } from 'secure-token-core/adapter';
import type { WorkerSettings } from './worker-settings.ts';
import { workerSettings } from './worker-settings.ts';

interface OwnOptions {
  /**
   * Whose requests are signed: those of the browser's own players, or those of scripts too, `fetch()` and
   * `XMLHttpRequest`, which needs `protect` as text. @default 'media'
   */
  requests?: 'media' | 'all';
}

/** Options of a token source; or one that the page shares, and which URLs the worker signs by it. */
export type TokenWorkerOptions = OwnOptions &
  (TokenSourceOptions | (Pick<TokenSourceOptions, 'protect'> & { source: TokenSource }));

/** The settings and the token source with which a worker is registered. */
export interface WorkerPlan {
  readonly settings: WorkerSettings;
  /** The page's tokens. Absent where the worker has tokens of its own. */
  readonly source: TokenSource | undefined;
  /**
   * Until then the page counts as a player of `source`: what the worker asks for is renewed ahead of use. Destroys a
   * source that was made for these options.
   */
  readonly release: () => void;
  readonly signsScripts: boolean;
}

/** @throws `ERR_OPTIONS` at once, naming the option */
export function planWorker(given: TokenWorkerOptions | TokenSource): WorkerPlan {
  if (isTokenSource(given)) return plan({}, acquireTokenSource(given));
  // a URL alone has no `protect`, and is refused below
  const options = isObjectOfOptions(given) ? given : { endpoint: given };
  const forSource: TokenSourceOptions = withoutOwnOptions(options, ['requests', 'source']);
  const requests = checkedRequests(options.requests);
  if ('source' in options)
    return plan(sharedSettings(forSource, requests), acquireTokenSource(checkedSource(options.source)));

  const checked = normaliseOptions(forSource);
  const settings = workerSettings(checked, requests);
  // with an endpoint in its URL the worker has tokens of its own
  return plan(settings, settings.endpoint ? undefined : acquireTokenSource(checked));
}

const isObjectOfOptions = (given: unknown): given is TokenWorkerOptions =>
  typeof given === 'object' && given !== null && !('href' in given);

const plan = (settings: WorkerSettings, acquired: AcquiredTokenSource | undefined): WorkerPlan => ({
  settings,
  source: acquired?.source,
  release: () => acquired?.release(),
  signsScripts: settings.requests === 'all',
});

function sharedSettings({ protect, ...others }: TokenSourceOptions, requests: 'media' | 'all'): WorkerSettings {
  const [other] = Object.keys(others);
  if (other) throw wrong(`${other} is given beside source. Give it to createTokenSource() instead.`);
  if (!protect && requests === 'media') return {};
  const rules = normaliseOptions({ getTokens: () => Promise.resolve([]), ...(protect && { protect }) });
  return workerSettings(rules, requests);
}

function checkedSource(source: unknown): TokenSource {
  if (isTokenSource(source)) return source;
  throw wrong('source is not a token source. Give one of createTokenSource().');
}

function checkedRequests(requests: unknown = 'media'): 'media' | 'all' {
  if (requests === 'media' || requests === 'all') return requests;
  throw wrong("requests is neither 'media' nor 'all'. Write 'all' if the requests of scripts are to be signed too.");
}

const wrong = (problem: string): SecureTokenError => new SecureTokenError('ERR_OPTIONS', problem);
