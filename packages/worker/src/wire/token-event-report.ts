import type { SecureTokenError, TokenEventDetails, TokenEventType, TokenReason } from 'secure-token-core';
import { TOKEN_EVENTS } from 'secure-token-core/adapter';
import type { Members } from './posted-members.ts';
import { isNumber, isString } from './posted-members.ts';
import type { PostedError } from './posted-values.ts';
import { parseError, postableError } from './posted-values.ts';

const isTokenEvent = (type: unknown): type is TokenEventType => (TOKEN_EVENTS as readonly unknown[]).includes(type);

/** An event of the worker's token source, for the listeners of a page. */
export interface TokenEventReport {
  readonly type: TokenEventType;
  readonly detail: TokenEventDetails[TokenEventType];
}

/** A token event as it is posted: the details stand beside the type. */
export type PostedTokenEvent = { readonly type: TokenEventType } & (
  TokenEventDetails['tokenrenewed'] | TokenEventDetails['tokenrefused'] | { readonly error: PostedError }
);

const REASONS: readonly unknown[] = ['initial', 'expiring', 'expired', 'refused'] satisfies TokenReason[];
const isReason = (reason: unknown): reason is TokenReason => REASONS.includes(reason);

export function postableTokenEvent({ type, detail }: TokenEventReport): PostedTokenEvent {
  return { type, ...('error' in detail ? { error: postableError(detail.error) } : detail) };
}

export function parseTokenEvent({ type, ...members }: Members): TokenEventReport | undefined {
  if (!isTokenEvent(type)) return undefined;
  const detail = parseDetail[type](members);
  return detail && { type, detail };
}

const parseDetail: { readonly [T in TokenEventType]: (members: Members) => TokenEventDetails[T] | undefined } = {
  tokenrenewed: parseRenewed,
  tokenrefused: parseRefused,
  tokenerror: parseFailed,
  tokendenied: parseFailed,
};

function parseRenewed({ reason, urls, expires, wait }: Members): TokenEventDetails['tokenrenewed'] | undefined {
  if (!isReason(reason) || !Array.isArray(urls) || !urls.every(isString)) return undefined;
  return isNumber(expires) && isNumber(wait) ? { reason, urls, expires, wait } : undefined;
}

function parseRefused({ url, status }: Members): TokenEventDetails['tokenrefused'] | undefined {
  return isString(url) && isNumber(status) ? { url, status } : undefined;
}

function parseFailed({ error }: Members): { readonly error: SecureTokenError } | undefined {
  const parsed = parseError(error);
  return parsed && { error: parsed };
}
