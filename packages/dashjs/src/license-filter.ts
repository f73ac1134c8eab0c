import type { Session } from './session.ts';
import { signOrWait } from './session.ts';

interface LicenseRequest {
  url: string;
  headers?: Record<string, string>;
  withCredentials?: boolean;
}

/**
 * A filter that signs licence requests, and those for certificates, to protected URLs. It does not reject: dash.js
 * would wait for ever.
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
    request.headers = { ...request.headers, ...signed.headers };
    request.withCredentials ||= signed.credentials;
  };
