import type { HlsConfig, LoadPolicy, LoaderConfiguration, LoaderContext, LoaderResponse, RetryConfig } from 'hls.js';

/** The status with which an outage of the signing endpoint is reported: hls.js tries again after 5xx. */
export const UNAVAILABLE = 503;
/** No status, because no edge has answered: hls.js takes that for final while the viewer is online. */
export const NONE = 0;

/** A request that has failed and may be tried again. */
export interface FailedTry {
  /** Unsigned. */
  readonly url: string;
  readonly isTimeout: boolean;
  /** HTTP status; 0 without one. */
  readonly code: number;
  /** The number of times that it was tried again already. */
  readonly retries: number;
}

type PolicyName = 'manifestLoadPolicy' | 'playlistLoadPolicy' | 'keyLoadPolicy' | 'fragLoadPolicy';
type Policies = Pick<HlsConfig, PolicyName>;

const isMediaPlaylist = (type: string): boolean => /level|Track/.test(type);

/** The rule of a policy for what has happened. */
export const ruleFor = ({ timeoutRetry, errorRetry }: LoadPolicy['default'], isTimeout: boolean): RetryConfig | null =>
  isTimeout ? timeoutRetry : errorRetry;

/**
 * The rule in an outage of the signing endpoint. It hits all media playlists at once, whose errors hls.js counts
 * together (error-controller.ts): they are tried again here, as their own policy says.
 */
export function ruleForOutage(
  context: LoaderContext,
  config: HlsConfig,
  { loadPolicy }: LoaderConfiguration,
): RetryConfig | null {
  const { type = '' } = context as { type?: string };
  return isMediaPlaylist(type) ? config.playlistLoadPolicy.default.errorRetry : loadPolicy.errorRetry;
}

/** Settings of hls.js that say how a request is tried again; `undefined` for lists of interstitials and of steering. */
function policyFor(context: LoaderContext): PolicyName | undefined {
  const { type = '' } = context as { type?: string };
  if (type === 'manifest') return 'manifestLoadPolicy';
  if (isMediaPlaylist(type)) return 'playlistLoadPolicy';
  if ('keyInfo' in context) return 'keyLoadPolicy';
  return 'frag' in context ? 'fragLoadPolicy' : undefined;
}

/**
 * Whether failed requests such as this one are tried again as hls.js ships it: then the team has asked for nothing
 * else.
 * @param shipped `Hls.DefaultConfig`
 */
export function isRetriedAsShipped(context: LoaderContext, config: Policies, shipped: Policies): boolean {
  const name = policyFor(context);
  return !name || textOf(config[name].default.errorRetry) === textOf(shipped[name].default.errorRetry);
}

const textOf = (rule: RetryConfig | null): string =>
  JSON.stringify(rule, (_, value: unknown) => (typeof value === 'function' ? String(value) : value));

/** As hls.js decides (error-helper.ts): not after 4xx, nor without a status unless the viewer is offline. */
function isWorthRetrying({ isTimeout, code, retries }: FailedTry, { maxNumRetry }: RetryConfig): boolean {
  if (retries >= maxNumRetry) return false;
  if (isTimeout) return true;
  return code ? code < 400 || code > 499 : !navigator.onLine;
}

/** @returns after how many ms it is tried again; `undefined` if it is not */
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
