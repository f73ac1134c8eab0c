import { withTokenHeaders } from 'secure-token-core/adapter';
import type { LicenseRequest } from './license-replay.ts';
import { replayRefused } from './license-replay.ts';
import type { Session } from './session.ts';
import { signOrWait } from './session.ts';

/**
 * Returns a filter that signs requests for licences and certificates to protected URLs, and sends a refused request
 * again, once. The filter never rejects, because dash.js would then wait for ever.
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
