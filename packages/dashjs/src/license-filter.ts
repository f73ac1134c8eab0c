import { withTokenHeaders } from 'secure-token-core/adapter';
import type { LicenseRequest } from './license-replay.ts';
import { replayRefused } from './license-replay.ts';
import type { Session } from './session.ts';
import { signOrWait } from './session.ts';

/**
 * A filter that signs licence requests, and those for certificates, to protected URLs, and lets a refused one go out
 * again, once. It does not reject: dash.js would wait for ever.
 * @param signal ends waits
 */
export const createLicenseFilter =
  (session: Session, signal: AbortSignal) =>
  async (request: LicenseRequest): Promise<void> => {
    const { source } = session;
    const signed = await signOrWait(session, signal, (options) => source.sign(request.url, options)).catch(
      () => undefined,
    );
    if (!signed?.token) return;
    request.url = signed.url;
    request.headers = withTokenHeaders(request.headers, signed.headers);
    request.withCredentials ||= signed.credentials;
    replayRefused(request, session, signed, signal);
  };
