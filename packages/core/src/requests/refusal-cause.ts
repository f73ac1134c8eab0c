import { writeMistake } from '../console-lines.ts';
import { DOCTOR } from '../contract/secure-token-error.ts';
import type { SignedRequest } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

/*
 * Facts that adapters report about signed requests, so that the error of a refusal can name its cause. Only development
 * builds record them, and no decision depends on them.
 */

const signedBy = new WeakMap<SignedRequest, object>();
const accepted = new WeakSet();
const sentTo = new WeakMap<SignedRequest, string>();

/** Notes that `source` has signed `request`. */
export function noteSigned(request: SignedRequest, source: object): void {
  if (__DEVELOPMENT__) signedBy.set(request, source);
}

/**
 * Notes that the edge has accepted `request`. Tells the console once if an app has put another token into the request:
 * the source does not renew that token, and playback ends with it. A redirect to the same path looks the same here.
 * @param sentTo the URL to which the request went, as the browser tells; empty if it does not tell
 */
export function noteAccepted(request: SignedRequest, sentTo = ''): void {
  if (!__DEVELOPMENT__) return;
  const source = signedBy.get(request);
  if (!source) return;
  accepted.add(source);
  noteSentTo(request, sentTo);
  const names = overwrittenParameters(request);
  if (names.length === 0) return;
  writeMistake(
    source,
    `secure-token: a request went out with another value of '${names.join("', '")}' than its token has. The edge ` +
      'accepted it, but nobody renews that other token. Something in the page signs requests as well, such as an ' +
      'earlier xhrSetup: take that out. Or the edge has redirected the request to the same path with that value: ' +
      'then nothing is to be done.',
    'migrate.md',
  );
}

/** Whether the edge has accepted a request of `source`. */
export const isAccepted = (source: object): boolean => accepted.has(source);

/** Notes the `url` to which `request` went; the app may have changed it. Empty if the browser does not tell. */
export function noteSentTo(request: SignedRequest, url: string): void {
  if (__DEVELOPMENT__ && url) sentTo.set(request, url);
}

/** Returns the token parameters of `request` that were sent more than once, or with another value. */
export function overwrittenParameters(request: SignedRequest): readonly string[] {
  const url = sentTo.get(request);
  const names = Object.keys(request.token?.query ?? {});
  if (url === undefined || names.length === 0) return [];
  // players also pass relative URLs
  const hrefs = [resolveUrl(url), resolveUrl(request.url)];
  if (hrefs.includes('')) return [];
  const [sent, signed] = hrefs.map((href) => new URL(href)) as [URL, URL];
  // after a redirect the URL is not the one that the source has signed
  if (sent.origin !== signed.origin || sent.pathname !== signed.pathname) return [];
  const valuesIn = ({ searchParams }: URL, name: string): string => searchParams.getAll(name).join('\n');
  // if a parameter is missing, another adapter in the page may have removed the token from the URL already
  return names.filter((name) => !['', valuesIn(signed, name)].includes(valuesIn(sent, name)));
}

/** Facts about a request that the edge has refused for good. */
export interface RefusalFacts {
  /** 0: a failure without a status, which counts as a refusal once the token has ended. */
  readonly status: number;
  /** Seconds until the token ends, by the clock of the signing endpoint; `undefined` if it has not told its time. */
  readonly secondsLeft: number | undefined;
  /** The token parameters that were sent more than once, or with another value. */
  readonly overwritten: readonly string[];
  /** Whether the token adds nothing to a request, which the protocol allows for URLs that are open. */
  readonly attachesNothing: boolean;
  /** Whether the edge has accepted a request with a token of the same endpoint. */
  readonly isEndpointAccepted: boolean;
}

export type RefusalCause =
  | 'second token'
  | 'nothing attached'
  | 'ended'
  | 'clocks differ'
  | 'expired, by an unknown clock'
  | 'without CORS'
  | 'never accepted'
  | 'no longer accepted';

/** The status of a token that is genuine and has ended. Some edges answer 403 to that, too. */
const EXPIRED = 410;

/** Returns why the edge has refused a request, as far as a page can know it. */
export function refusalCause(facts: RefusalFacts): RefusalCause {
  const { status, secondsLeft, overwritten, attachesNothing, isEndpointAccepted } = facts;
  if (overwritten.length > 0) return 'second token';
  if (attachesNothing) return 'nothing attached';
  if (secondsLeft !== undefined && secondsLeft <= 0) return status ? 'ended' : 'without CORS';
  if (status === 0) return 'without CORS';
  if (status === EXPIRED) return secondsLeft === undefined ? 'expired, by an unknown clock' : 'clocks differ';
  return isEndpointAccepted ? 'no longer accepted' : 'never accepted';
}

const inSeconds = (seconds: number): string => `${Math.max(1, Math.round(Math.abs(seconds)))} s`;

const answeredAgain = (status: number): string =>
  status ? `The edge answered ${status} to a renewed token too` : 'The edge refused a renewed token too';

/** Returns the message of the error in builds that do not look for a cause. */
export const refusedAgain = (status: number): string => `${answeredAgain(status)}. ${DOCTOR}`;

/** Returns the message of the error for a request that was refused for good: the cause and the remedy. */
export function refusalMessage(facts: RefusalFacts): string {
  const { status, secondsLeft = 0, overwritten } = facts;
  const answered = answeredAgain(status);
  switch (refusalCause(facts)) {
    case 'second token':
      return (
        `${answered}: the request went out with another value of '${overwritten.join("', '")}' than the token has. ` +
        'Something in the page signs it as well, such as an earlier xhrSetup. Take that out. Or the edge has ' +
        'redirected it to the same path with that value.'
      );
    case 'nothing attached':
      return (
        `${answered}: the token has an empty query and no other carrier, so the request went out without one. Let ` +
        `the signing endpoint write into 'query' what the edge looks for. ${DOCTOR}`
      );
    case 'ended':
      return (
        `${answered}: the signing endpoint sent a token that had ended ${inSeconds(secondsLeft)} before, by its own ` +
        `clock. Give 'expires' a time to come. ${DOCTOR}`
      );
    case 'clocks differ':
      return (
        `${answered}, which is for tokens that have ended. By the clock of the signing endpoint this one lives for ` +
        `${inSeconds(secondsLeft)} more: the clock of the edge is ahead of it by that, or more. Run NTP on both. ` +
        DOCTOR
      );
    case 'expired, by an unknown clock':
      return (
        `${answered}, which is for tokens that have ended. Compare the clocks of edge and signing endpoint, and let ` +
        `the endpoint send 'now', its time in unix seconds. ${DOCTOR}`
      );
    case 'without CORS':
      return (
        `${answered}, and without CORS headers, or the network failed: there is no status. Let the edge send CORS ` +
        `headers with refusals, as \`always\` does in nginx. ${DOCTOR}`
      );
    case 'no longer accepted':
      return (
        `${answered}, though it has accepted tokens of this signing endpoint before. The secret was changed at one ` +
        `of them alone, or this URL is not one that the token opens. ${DOCTOR}`
      );
    case 'never accepted':
      return (
        `${answered}, and has accepted no token of this signing endpoint that this page knows of. Secret, ` +
        `format or signed path differ between them. ${DOCTOR}`
      );
  }
}
