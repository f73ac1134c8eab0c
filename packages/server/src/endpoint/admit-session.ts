import { Problem } from '../http/problem.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { sessionEnded, sessionLimit, tooManySessions } from './endpoint-problems.ts';

/**
 * A session, 16 bytes: they fill 21 characters and two bits of a 22nd, whose other four bits are zero in canonical
 * form.
 */
const sessionForm = /^[\w-]{21}[AQgw]$/;

/**
 * Counts a call of a session, after tokens have been made for it.
 *
 * @param call.ttl seconds
 * @throws `Problem` 403 for a session beyond the limit and for one that was ended, 429 for a viewer who begins ever new
 *   sessions; every error of the store
 */
export async function admitSession(
  sessions: Sessions,
  request: Request,
  call: { readonly session: string | undefined; readonly ttl: number },
): Promise<void> {
  const admission = await sessions.admit(request, call);
  if (admission.state === 'full') throw sessionLimit(admission.limit);
  if (admission.state === 'ended') throw sessionEnded();
  if (admission.state === 'crowded') throw tooManySessions();
}

/**
 * Reads the session that a page has named; an optional member may be `null`. Pages that name none are together one
 * session of their viewer: older players renew without a name, and each of their calls would take a place otherwise.
 *
 * @param session the member of the body of the request
 * @throws `Problem` 400 for a value that is not a session
 */
export function readSession(session: unknown): string | undefined {
  if (session === undefined || session === null) return undefined;
  if (typeof session === 'string' && sessionForm.test(session)) return session;
  throw new Problem(400, '`session` is not 128 bits in base64url. Send 22 characters, or leave it out.');
}
