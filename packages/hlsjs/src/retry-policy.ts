import type { HlsConfig, LoadPolicy, LoaderConfiguration, LoaderContext, LoaderResponse, RetryConfig } from 'hls.js';

/** The status that reports an outage of the signing endpoint: hls.js retries after 5xx. */
export const UNAVAILABLE = 503;
/** No status, because no edge has answered: hls.js treats that as final while the viewer is online. */
export const NONE = 0;

/** A request that has failed and may be retried. */
export interface FailedTry {
  /** Unsigned. */
  readonly url: string;
  readonly isTimeout: boolean;
  /** HTTP status; 0 without one. */
  readonly code: number;
  /** The number of retries until now. */
  readonly retries: number;
}

type PolicyName = 'manifestLoadPolicy' | 'playlistLoadPolicy' | 'keyLoadPolicy' | 'fragLoadPolicy';
type Policies = Pick<HlsConfig, PolicyName>;

const isMediaPlaylist = (type: string): boolean => /level|Track/.test(type);

/** Returns the rule of a policy for a time-out or for an error. */
export const ruleFor = ({ timeoutRetry, errorRetry }: LoadPolicy['default'], isTimeout: boolean): RetryConfig | null =>
  isTimeout ? timeoutRetry : errorRetry;

/**
 * Returns the rule for an outage of the signing endpoint. An outage hits all media playlists at once, and hls.js counts
 * their errors together (error-controller.ts). So the plugin retries them itself, as their own policy says.
 */
export function ruleForOutage(
  context: LoaderContext,
  config: HlsConfig,
  { loadPolicy }: LoaderConfiguration,
): RetryConfig | null {
  const { type = '' } = context as { type?: string };
  return isMediaPlaylist(type) ? config.playlistLoadPolicy.default.errorRetry : loadPolicy.errorRetry;
}

/** Returns the setting of hls.js for retries of a request; `undefined` for lists of interstitials and of steering. */
function policyFor(context: LoaderContext): PolicyName | undefined {
  const { type = '' } = context as { type?: string };
  if (type === 'manifest') return 'manifestLoadPolicy';
  if (isMediaPlaylist(type)) return 'playlistLoadPolicy';
  if ('keyInfo' in context) return 'keyLoadPolicy';
  return 'frag' in context ? 'fragLoadPolicy' : undefined;
}

/**
 * Tells whether hls.js retries failed requests like this one by its own defaults: then the app has configured nothing
 * else.
 * @param shipped `Hls.DefaultConfig`
 */
export function isRetriedAsShipped(context: LoaderContext, config: Policies, shipped: Policies): boolean {
  const name = policyFor(context);
  return !name || textOf(config[name].default.errorRetry) === textOf(shipped[name].default.errorRetry);
}

const textOf = (rule: RetryConfig | null): string =>
  JSON.stringify(rule, (_, value: unknown) => (typeof value === 'function' ? String(value) : value));

/** Decides as hls.js does (error-helper.ts): no retry after 4xx, and without a status only if the viewer is offline. */
function isWorthRetrying({ isTimeout, code, retries }: FailedTry, { maxNumRetry }: RetryConfig): boolean {
  if (retries >= maxNumRetry) return false;
  if (isTimeout) return true;
  return code ? code < 400 || code > 499 : !navigator.onLine;
}

/** @returns the delay until the next try, in ms; `undefined` if there is none */
export function retryDelay(rule: RetryConfig | null, failed: FailedTry): number | undefined {
  if (!rule) return undefined;
  const { url, isTimeout, code, retries } = failed;
  const isWorthIt = isWorthRetrying(failed, rule);
  const response: LoaderResponse | undefined = isTimeout ? undefined : { url, data: '', code };
  const isRetried = rule.shouldRetry ? rule.shouldRetry(rule, retries, isTimeout, response, isWorthIt) : isWorthIt;
  if (!isRetried) return undefined;
  const growth = rule.backoff === 'linear' ? 1 : 2 ** retries;
  return Math.min(rule.retryDelayMs * growth, rule.maxRetryDelayMs);
}
