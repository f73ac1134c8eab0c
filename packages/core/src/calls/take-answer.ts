import { writeMistake } from '../console-lines.ts';
import { SecureTokenError } from '../contract/errors.ts';
import type { TokenReason } from '../contract/options.ts';
import type { Token } from '../contract/token.ts';
import type { SourceContext } from '../source-context.ts';
import { holdTokens } from '../tokens/hold-tokens.ts';
import type { Answered } from './endpoint-client.ts';
import type { PendingToken } from './pending-token.ts';

/** Unix seconds in 2001: a smaller `expires` is a lifetime. */
const LEAST_TIME = 1e9;

/** What a call has brought for each pending token: `undefined` is a token. */
export type Outcomes = ReadonlyMap<PendingToken, SecureTokenError | undefined>;

/** Takes in an answer: its tokens and its time. Tells the app of the tokens, and which were asked for in vain. */
export function takeAnswer(
  context: SourceContext,
  { answer, call, sentAt }: Answered,
  asked: readonly PendingToken[],
  reason: TokenReason,
): Outcomes {
  const { clock, store, urls, emit } = context;
  const { tokens, denied = [], now = NaN } = answer;
  const deniedKeys = new Set(denied.map((url) => urls.read(url).key));
  const accepted = acceptedOf(context, tokens);
  const expires = accepted.reduce((first, token) => Math.min(first, token.expires), Infinity);
  const granted = asked.map(({ key }) => key).filter((key) => !deniedKeys.has(urls.currentKey(key)));
  holdTokens(context, accepted, granted, { call, obtainedAt: clock.correct(now, sentAt, expires) });
  if (expires < (now || LEAST_TIME))
    writeMistake(store, endedOnArrival(expires), 'errors.md#err_signing_response', 'error', 'ended on arrival');
  const outcomes = new Map<PendingToken, SecureTokenError | undefined>();
  const renewed: string[] = [];
  for (const pending of asked) {
    // the answer may have shown which parameters belong to a token: then the URL has another key now
    const key = urls.currentKey(pending.key);
    const isDenied = deniedKeys.has(key);
    const held = store.find(key);
    const isNew = !isDenied && held !== undefined && held !== pending.replaced;
    outcomes.set(pending, isNew ? undefined : errorFor(key, isDenied));
    if (isNew) renewed.push(key);
  }
  if (renewed.length > 0) emit('tokenrenewed', { reason, urls: renewed, expires, wait: clock.sessionNow() - sentAt });
  return outcomes;
}

/** Returns the tokens that may be accepted, and tells the app of the first one that may not. */
function acceptedOf({ protection, emit }: SourceContext, tokens: readonly Token[]): Token[] {
  const errors = tokens.map((token) => protection.errorOf(token));
  const error = errors.find(Boolean);
  if (error) emit('tokenerror', { error });
  return tokens.filter((_, place) => !errors[place]);
}

function errorFor(url: string, isDenied: boolean): SecureTokenError {
  const missing = `The signing endpoint's answer has no token for this URL. Send one with this "url", or a "prefix" of it.`;
  const denied = 'The signing endpoint lists this URL in "denied". Call renew() once the viewer may have it.';
  return isDenied
    ? new SecureTokenError('ERR_DENIED', denied, { url })
    : new SecureTokenError('ERR_SIGNING_RESPONSE', missing, { url });
}

/** Returns the message about a token that had ended when it came: no request with it succeeds. */
const endedOnArrival = (expires: number): string =>
  `secure-token: a token came with 'expires' ${Math.round(expires)}, in the past. Give unix seconds, not a lifetime: ` +
  'until then, tokens serve few requests or none.';
