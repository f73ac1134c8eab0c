import { Problem } from '../http/problem.ts';

// What viewers are told names no option and no rule of the server. A 403 is not reported to `onError` either: anybody
// can ask for anything, and would fill that log.

/**
 * None of the URLs lies below `allow`; or the format refuses them all; or their tokens would open more than `allow`
 * does.
 */
export const unsignable = (): Problem =>
  new Problem(403, 'This endpoint signs none of these URLs. Check the URLs, or the settings of the endpoint.');

/** `authorize` has said so. */
export const deniedToViewer = (): Problem => new Problem(403, 'This viewer may have none of these URLs.');

/** `onError` gets why. */
export const hasFailed = (): Problem =>
  new Problem(503, 'The signing endpoint failed. Its log says why. Try again later.');

/** The page may say on how many devices this viewer is watching. */
export const sessionLimit = (limit: number): Problem =>
  new Problem(
    403,
    'This viewer is watching on as many devices as are allowed. Stop one of them, or wait.',
    {},
    {
      type: 'urn:secure-token:session-limit',
      title: 'Too Many Sessions',
      more: { limit },
    },
  );

/** Each page that is opened begins a session, and each is kept for about as long as its tokens live. */
export const tooManySessions = (): Problem =>
  new Problem(429, 'This viewer has begun too many sessions. Wait as long as Retry-After says.', {
    'Retry-After': '30',
  });

/** Somebody has ended this session: `sessions.end`. */
export const sessionEnded = (): Problem =>
  new Problem(
    403,
    'This session was ended. Log in again.',
    {},
    {
      type: 'urn:secure-token:session-ended',
      title: 'Session Ended',
    },
  );
