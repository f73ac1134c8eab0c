import type { SignedRequest } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

/** Facts about a request that the edge has refused for good. */
export interface RefusalFacts {
  /** 0: a failure without a status, which counts as a refusal once the token has ended. */
  readonly status: number;
  /** Seconds until the token ends, by the clock of the signing endpoint; `undefined` if it has not told its time. */
  readonly secondsLeft: number | undefined;
  /** The URL to which the request went; empty if the browser does not tell. */
  readonly sentTo: string;
  /** Whether the edge has accepted a request with a token of the same endpoint. */
  readonly isAccepted: boolean;
}

/** The status of a token that is genuine and has ended. Some edges answer 403 to that, too. */
const EXPIRED = 410;

/** Returns the message of the error of a refused request: the cause, as far as a page can know it, and the remedy. */
export function refusalMessage(request: SignedRequest, facts: RefusalFacts): string {
  const { status } = facts;
  const answered = status
    ? `The edge answered ${status} to a renewed token too`
    : 'The edge refused a renewed token too';
  return `${answered}${causeOf(request, facts)}`;
}

function causeOf(request: SignedRequest, { status, secondsLeft, sentTo, isAccepted }: RefusalFacts): string {
  const { url, unsignedUrl, headers, credentials } = request;
  const overwritten = overwrittenParameters(request, sentTo);
  const seconds = `${Math.max(1, Math.round(Math.abs(secondsLeft ?? 0)))} s`;
  if (overwritten.length > 0)
    return (
      `: the request went out with another value of '${overwritten.join("', '")}' than the token has. Something in the ` +
      'page signs it as well, such as an earlier xhrSetup. Take that out.'
    );
  if (url === unsignedUrl && Object.keys(headers).length === 0 && !credentials)
    return (
      ': the token has an empty query and no other carrier, so the request went out without one. Let the signing ' +
      "endpoint write into 'query' what the edge looks for."
    );
  if (status === 0)
    return (
      ', and without CORS headers, or the network failed: there is no status. Let the edge send CORS headers with ' +
      'refusals, as `always` does in nginx.'
    );
  if (secondsLeft !== undefined && secondsLeft <= 0)
    return `: the signing endpoint sent a token that had ended ${seconds} before, by its own clock.`;
  if (status === EXPIRED && secondsLeft !== undefined)
    return (
      `, which is for tokens that have ended. By the clock of the signing endpoint this one lives for ${seconds} more: ` +
      'the clock of the edge is ahead of it by that, or more. Run NTP on both.'
    );
  if (status === EXPIRED)
    return (
      ', which is for tokens that have ended. Compare the clocks of edge and signing endpoint, and let the endpoint ' +
      "send 'now', its time in unix seconds."
    );
  return isAccepted
    ? ', though it has accepted tokens of this signing endpoint before. The secret was changed at one of them alone, ' +
        'or this URL is not one that the token opens.'
    : ', and has accepted no token of this signing endpoint that this page knows of. Secret, format or signed path ' +
        'differ between them.';
}

/** Returns the token parameters of a request that were sent more than once, or with another value. */
function overwrittenParameters({ url, token }: SignedRequest, sentTo: string): readonly string[] {
  const [sent, signed] = [sentTo, url].map((it) => resolveUrl(it)).map((it) => it && new URL(it));
  // after a redirect the URL is not the one that the source has signed
  if (!sent || !signed || sent.origin + sent.pathname !== signed.origin + signed.pathname) return [];
  const valuesIn = ({ searchParams }: URL, name: string): string => searchParams.getAll(name).join('\n');
  const isAnother = (name: string): boolean =>
    sent.searchParams.has(name) && valuesIn(sent, name) !== valuesIn(signed, name);
  return Object.keys(token?.query ?? {}).filter(isAnother);
}
