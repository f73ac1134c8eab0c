import { corsProblem, namesIn, namesToAllow, preflightProblem } from '../doctor/http-rules.ts';
import type { Page } from '../doctor/observations.ts';
import { wrongStatus } from './outcome.ts';
import type { Must, Verdict } from './outcome.ts';
import { OTHER_ORIGIN, asNamed } from './replies.ts';
import type { Replies } from './replies.ts';
import type { Reply } from './reply.ts';

/** How an endpoint has to fail, and what pages may read of its answers. */
export const failureMusts: readonly Must[] = [
  {
    number: 'P25',
    must: 'A viewer who is not logged in gets a 401 or a 403.',
    remedy: 'Answer 401 to who is not logged in, without a redirect to a page.',
    check: refusesStrangers,
  },
  {
    number: 'P26',
    must: 'Failures are `application/problem+json` (RFC 9457).',
    check: (replies) =>
      ofFailures(replies, ({ status, headers }) =>
        /^application\/problem\+json\b/i.test(headers.get('Content-Type') ?? '')
          ? undefined
          : `A ${status} has another media type.`,
      ),
  },
  {
    number: 'P27',
    must: 'A 429 has a `Retry-After`, in seconds or as a date.',
    check: saysWhenToRetry,
  },
  {
    number: 'P28',
    must: 'An internal failure of the endpoint is a 5xx, never a 401 or 403.',
    check: () => ({
      message: 'Nobody can stop your session store from outside.',
      remedy: 'Stop it, and see that the endpoint answers 503: a 401 or 403 would log all viewers out.',
    }),
  },
  {
    number: 'P29',
    must: 'An answer names the origin of the page, or `*`, in `Access-Control-Allow-Origin`.',
    check: ofOtherOrigins(({ first, page }) => unreadable(first, page)),
  },
  {
    number: 'P30',
    must: 'An answer with a 4xx or 5xx also names the origin of the page, or `*`, in `Access-Control-Allow-Origin`.',
    remedy: 'Set the CORS headers on every answer, before anything can fail.',
    check: ofOtherOrigins((replies) =>
      ofFailures(replies, (reply) => {
        const why = unreadable(reply, replies.page);
        return why && `The page takes its ${reply.status} for an outage: ${why}.`;
      }),
    ),
  },
  {
    number: 'P31',
    must: 'A preflight gets a 2xx without a log-in, and allows `content-type` and the headers of your log-in.',
    check: ofOtherOrigins(({ preflight, page, viewer }) => {
      const names = namesToAllow(['content-type', ...viewer]);
      return preflightProblem(preflight, asNamed(page), { names, credentials: takesCredentials(preflight) });
    }),
  },
  {
    number: 'P32',
    must: 'An answer that allows credentials names the origin, and not `*`.',
    remedy: 'Name the origin of the request in place of *, with Access-Control-Allow-Credentials: true.',
    check: ofOtherOrigins(({ first, page, viewer }) => {
      if (takesCredentials(first))
        return allowedOrigin(first) === '*'
          ? 'The endpoint allows credentials and `*`: browsers refuse that.'
          : undefined;
      const needsCookie = viewer.includes('cookie') && page.isFrom === 'the caller';
      return needsCookie ? 'The endpoint allows no credentials, and the log-in is a cookie.' : undefined;
    }),
  },
  {
    number: 'P33',
    must: 'CORS headers never allow credentials to an origin that is not yours.',
    remedy: 'Compare `Origin` with a list of your pages; never send it back as it came.',
    check: ({ otherOrigin }) =>
      takesCredentials(otherOrigin) && allowedOrigin(otherOrigin) === OTHER_ORIGIN
        ? 'Any page of the web gets tokens with the cookies of your viewer.'
        : undefined,
  },
  {
    number: 'P34',
    must: '`Access-Control-Expose-Headers` names `Retry-After`, and also `Date` if the answer has no `now`.',
    check: ofOtherOrigins(({ first, limited }) => {
      const { now } = Object(first.answer) as { now?: unknown };
      const exposes = ({ headers }: Reply, name: string): boolean =>
        namesIn(headers.get('Access-Control-Expose-Headers')).some((each) => each === name || each === '*');
      if (typeof now !== 'number' && !exposes(first, 'date'))
        return 'Without `now`, the page needs the header Date, which is not exposed.';
      const isRead = [first, ...limited].every((reply) => exposes(reply, 'retry-after'));
      return isRead ? undefined : 'The page cannot read Retry-After.';
    }),
  },
];

const allowedOrigin = ({ headers }: Reply): string | null => headers.get('Access-Control-Allow-Origin');
const takesCredentials = ({ headers }: Reply): boolean => headers.get('Access-Control-Allow-Credentials') === 'true';

function saysWhenToRetry({ limited }: Replies): Verdict {
  const remedy = 'Give --burst with more calls than the rate limit lets through.';
  if (limited.length === 0) return { message: 'No call was a 429.', remedy };
  // as HTTP writes it (RFC 9110, section 10.2.3)
  const isTold = ({ headers }: Reply): boolean =>
    /^(?:\d+|[A-Z][a-z]{2}, .* GMT)$/.test(headers.get('Retry-After') ?? '');
  return limited.every(isTold) ? undefined : 'A 429 has no `Retry-After`, or none that is seconds or a date.';
}

/** Says why the page cannot read a reply. */
const unreadable = (reply: Reply, page: Page): string | undefined => corsProblem(reply, asNamed(page), false);

/** Judges an endpoint that allows pages of another origin: that of `--origin`, or the one that was tried. */
function ofOtherOrigins(check: (replies: Replies) => Verdict): Must['check'] {
  return (replies) => {
    const { page } = replies;
    if (page.isFrom !== 'the endpoint') return check(replies);
    const remedy = 'Give the origin of such a page with --origin. An endpoint on the origin of its page needs no CORS.';
    return { message: 'The endpoint does not allow the page of another origin that was tried.', remedy };
  };
}

/** Judges all refusals and failures that the endpoint itself must answer. For other methods, a router may answer. */
function ofFailures(replies: Replies, wrongIn: (reply: Reply) => string | undefined): Verdict {
  const { denied, stranger, tooLong, asText, malformed, hundredAndOne, unknownReason, limited } = replies;
  const all = [denied, stranger, tooLong, asText, hundredAndOne, unknownReason, ...malformed.map(([, it]) => it)];
  const failures = [...all, ...limited].filter((it): it is Reply => it !== undefined && it.status >= 400);
  return failures.map(wrongIn).find((problem) => problem !== undefined);
}

function refusesStrangers({ stranger }: Replies): Verdict {
  const remedy = 'Give a log-in with --header that the endpoint requires.';
  if (!stranger) return { message: 'Nobody was logged in: each call is that of a stranger.', remedy };
  if (stranger.status === 200 && stranger.tokens.length > 0)
    return { message: 'The endpoint also sends tokens without the headers of --header.', remedy };
  return wrongStatus(stranger, (status) => status === 401 || status === 403);
}
