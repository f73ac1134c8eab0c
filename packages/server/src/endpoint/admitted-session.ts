import { Problem } from '../http/problem.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { sessionEnded, sessionLimit, tooManySessions } from './endpoint-problems.ts';

/** 16 bytes fill 21 characters and two bits of a 22nd, whose other four bits are zero in canonical form. */
const sessionForm = /^[\w-]{21}[AQgw]$/;

/**
 * Counts a call of the session that a page has named. Pages that name none are one session of their viewer together:
 * older players renew without a name, and would take a place with each call otherwise.
 *
 * @param call.session of the body of the request
 * @param call.ttl seconds
 * @returns the id for its tokens
 * @throws `Problem` 400 for what is no session, 403 for one too many and for one that was ended, 429 for a
 *   viewer who begins ever new ones; whatever the store failed with
 */
export async function admittedSession(
  sessions: Sessions,
  request: Request,
  { session, ttl }: { session: unknown; ttl: number },
): Promise<string> {
  const admission = await sessions.admit(request, { session: readSession(session), ttl });
  if (admission.state === 'full') throw sessionLimit(admission.limit);
  if (admission.state === 'ended') throw sessionEnded();
  if (admission.state === 'crowded') throw tooManySessions();
  return admission.id;
}

/** A member that may be left out may be `null`. */
function readSession(session: unknown): string | undefined {
  if (session === undefined || session === null) return undefined;
  if (typeof session === 'string' && sessionForm.test(session)) return session;
  throw new Problem(400, '`session` is not 128 bits in base64url. Send 22 characters, or leave it out.');
}
