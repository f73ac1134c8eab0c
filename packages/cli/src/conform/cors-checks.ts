import type { Reply } from './endpoint-caller.ts';
import { failures } from './failure-checks.ts';
import { failed, judge, notAsked, notTried, passed } from './outcome.ts';
import type { Check, Outcome } from './outcome.ts';
import { headersToAllow } from './replies.ts';
import type { Page, Replies } from './replies.ts';

const allowedOrigin = ({ headers }: Reply): string | null => headers.get('Access-Control-Allow-Origin');
const lets = (reply: Reply, { origin }: Page): boolean => ['*', origin].includes(allowedOrigin(reply) ?? '');
const takesCredentials = ({ headers }: Reply): boolean => headers.get('Access-Control-Allow-Credentials') === 'true';
const namesIn = (value: string | null): string[] =>
  (value ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());

/** Creates a check for endpoints that allow pages of another origin, as far as such an origin is known. */
const ofOtherOrigins =
  (check: (replies: Replies) => Outcome): Check =>
  (replies) => {
    const { first, page } = replies;
    if (first.status !== 200) return notAsked();
    return lets(first, page) || page.isGiven
      ? check(replies)
      : notTried(
          `The endpoint allows no pages of ${page.origin}: does it have a page on another origin?`,
          'Give the origin of that page with --origin. An endpoint on the origin of its page needs no CORS.',
        );
  };

export const letsThePageIn: Check = ofOtherOrigins(({ first, page }) =>
  lets(first, page)
    ? passed('The page can read the answer.')
    : failed(`Its 200 does not allow ${page.origin}.`, `Send Access-Control-Allow-Origin: ${page.origin}.`),
);

export const letsThePageReadFailures: Check = ofOtherOrigins((replies) => {
  const all = failures(replies);
  if (all.length === 0) return notAsked();
  const hidden = all.find((reply) => !lets(reply, replies.page));
  return hidden
    ? failed(
        `The page cannot read its ${hidden.status}, and takes it for an outage.`,
        'Set the CORS headers on every answer, before anything can fail.',
      )
    : passed(`The page can read all ${all.length} failures.`);
});

export const answersPreflights: Check = ofOtherOrigins(({ preflight, page, viewer }) =>
  judge(preflight, (it) => {
    const remedy = 'Answer OPTIONS with 204 and the CORS headers, without a log-in.';
    if (!(it.status >= 200 && it.status < 300))
      return failed(`The endpoint answered ${it.status} to the preflight.`, remedy);
    if (!lets(it, page)) return failed('The preflight does not allow the page.', remedy);
    const allowed = namesIn(it.headers.get('Access-Control-Allow-Headers'));
    const isAny = allowed.includes('*') && !takesCredentials(it);
    // a wildcard does not include this header (Fetch, section 4.8)
    const missing = headersToAllow(viewer).find(
      (name) => !allowed.includes(name) && !(isAny && name !== 'authorization'),
    );
    return missing === undefined
      ? passed('The preflight allows the call.')
      : failed(`The preflight does not allow the header ${missing}.`, 'Name it in Access-Control-Allow-Headers.');
  }),
);

export const namesOriginsForCredentials: Check = ofOtherOrigins(({ first, page, viewer }) => {
  if (!takesCredentials(first))
    return viewer.includes('cookie') && page.isGiven
      ? failed(
          'The endpoint allows no credentials, and the log-in is a cookie.',
          'Send Access-Control-Allow-Credentials: true.',
        )
      : passed('The endpoint allows no credentials of other origins.');
  return allowedOrigin(first) === '*'
    ? failed(
        'The endpoint allows credentials and `*`: browsers refuse that.',
        'Name the origin of the request in place of *.',
      )
    : passed('The endpoint names the origin.');
});

export const keepsCredentialsFromOthers: Check = ({ otherOrigin }) =>
  judge(otherOrigin, (it) =>
    takesCredentials(it) && allowedOrigin(it) === 'https://stranger.invalid'
      ? failed(
          'Any page of the web gets tokens with the cookies of your viewer.',
          'Compare `Origin` with a list of your pages; never send it back as it came.',
        )
      : passed('Another origin gets no credentials.'),
  );

export const exposesTimes: Check = ofOtherOrigins(({ first, limited }) => {
  const needs = (reply: Reply, name: string): boolean =>
    !namesIn(reply.headers.get('Access-Control-Expose-Headers')).some((each) => each === name || each === '*');
  const { now } = Object(first.answer) as { now?: unknown };
  if (typeof now !== 'number' && needs(first, 'date'))
    return failed('Without `now`, the page needs the header Date, which is not exposed.', 'Send `now`.');
  if ([first, ...limited].some((reply) => needs(reply, 'retry-after')))
    return failed('The page cannot read Retry-After.', 'Send Access-Control-Expose-Headers: Date, Retry-After.');
  return passed('The page can read Date and Retry-After.');
});
