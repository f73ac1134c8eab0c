import { Problem } from '../http/problem.ts';

// The texts for viewers name no option and no rule of the server. A 403 is not reported to `onError` either: any client
// can request any URL, and would fill the log.

/**
 * The problem if none of the URLs lies below `allow`, if the format refuses all of them, or if their tokens would open
 * more than `allow` does.
 */
export const unsignable = (): Problem =>
  new Problem(403, 'This endpoint signs none of these URLs. Check the URLs, or the settings of the endpoint.');

/** The problem if `authorize` denies all URLs. */
export const deniedToViewer = (): Problem => new Problem(403, 'This viewer may have none of these URLs.');

/** The problem for any other failure. `onError` gets its cause. */
export const hasFailed = (): Problem =>
  new Problem(503, 'The signing endpoint failed. Its log says why. Try again later.');

/** The problem for a session beyond the limit. The page may show on how many devices the viewer is watching. */
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

/**
 * The problem for a viewer with too many sessions. Each opened page begins one, kept for about as long as its tokens
 * live.
 */
export const tooManySessions = (): Problem =>
  new Problem(429, 'This viewer has begun too many sessions. Wait as long as Retry-After says.', {
    'Retry-After': '30',
  });

/** The problem for a session that was ended: by `sessions.end`, or because its viewer has begun too many sessions. */
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
