import { DOCTOR } from '../contract/errors.ts';
import type { SignedRequest } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

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

/** The status of a token that is genuine and has ended. Some edges answer 403 to that, too. */
const EXPIRED = 410;

const inSeconds = (seconds: number): string => `${Math.max(1, Math.round(Math.abs(seconds)))} s`;

/** Returns the message of the error of a refused request: the cause, as far as a page can know it, and the remedy. */
export function refusalMessage(facts: RefusalFacts): string {
  const { status, secondsLeft, overwritten, attachesNothing, isEndpointAccepted } = facts;
  const answered = status
    ? `The edge answered ${status} to a renewed token too`
    : 'The edge refused a renewed token too';
  if (overwritten.length > 0)
    return (
      `${answered}: the request went out with another value of '${overwritten.join("', '")}' than the token has. ` +
      'Something in the page signs it as well, such as an earlier xhrSetup. Take that out. Or the edge has redirected ' +
      'it to the same path with that value.'
    );
  if (attachesNothing)
    return (
      `${answered}: the token has an empty query and no other carrier, so the request went out without one. Let the ` +
      `signing endpoint write into 'query' what the edge looks for. ${DOCTOR}`
    );
  if (status === 0)
    return (
      `${answered}, and without CORS headers, or the network failed: there is no status. Let the edge send CORS ` +
      `headers with refusals, as \`always\` does in nginx. ${DOCTOR}`
    );
  if (secondsLeft !== undefined && secondsLeft <= 0)
    return (
      `${answered}: the signing endpoint sent a token that had ended ${inSeconds(secondsLeft)} before, by its own ` +
      `clock. Give 'expires' a time to come. ${DOCTOR}`
    );
  if (status === EXPIRED && secondsLeft === undefined)
    return (
      `${answered}, which is for tokens that have ended. Compare the clocks of edge and signing endpoint, and let the ` +
      `endpoint send 'now', its time in unix seconds. ${DOCTOR}`
    );
  if (status === EXPIRED)
    return (
      `${answered}, which is for tokens that have ended. By the clock of the signing endpoint this one lives for ` +
      `${inSeconds(secondsLeft!)} more: the clock of the edge is ahead of it by that, or more. Run NTP on both. ${DOCTOR}`
    );
  if (isEndpointAccepted)
    return (
      `${answered}, though it has accepted tokens of this signing endpoint before. The secret was changed at one of ` +
      `them alone, or this URL is not one that the token opens. ${DOCTOR}`
    );
  return (
    `${answered}, and has accepted no token of this signing endpoint that this page knows of. Secret, format or signed ` +
    `path differ between them. ${DOCTOR}`
  );
}

/**
 * Returns the token parameters of `request` that were sent more than once, or with another value.
 * @param sentTo the URL to which the request went; `undefined` if the browser does not tell
 */
export function overwrittenParameters({ url, token }: SignedRequest, sentTo: string | undefined): readonly string[] {
  const names = Object.keys(token?.query ?? {});
  const [sent, signed] = [sentTo ?? '', url].map((it) => resolveUrl(it));
  if (!names.length || !sentTo || !sent || !signed) return [];
  const [sentUrl, signedUrl] = [new URL(sent), new URL(signed)];
  // after a redirect the URL is not the one that the source has signed
  if (sentUrl.origin !== signedUrl.origin || sentUrl.pathname !== signedUrl.pathname) return [];
  const valuesIn = ({ searchParams }: URL, name: string): string => searchParams.getAll(name).join('\n');
  // if a parameter is missing, another adapter in the page may have removed the token from the URL already
  return names.filter((name) => !['', valuesIn(signedUrl, name)].includes(valuesIn(sentUrl, name)));
}
