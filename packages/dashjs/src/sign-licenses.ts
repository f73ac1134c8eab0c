import { withTokenHeaders } from 'secure-token-core/adapter';
import type { Session } from './session.ts';
import { askLastingly } from './session.ts';

/** A request of dash.js for a licence or a certificate. */
export interface LicenseRequest {
  url: string;
  headers?: Record<string, string>;
  withCredentials?: boolean;
}

type Filter = (request: LicenseRequest) => Promise<void>;
type Register = (filter: Filter) => void;

/**
 * Signs requests for licences and certificates to protected URLs. Our filter stays behind those of the app, also behind
 * those that the app registers later: so it knows the URL to which the request goes, and no other server gets a token.
 * @returns a function that ends this
 */
export function signLicenses(session: Session): () => void {
  const { player, source } = session;
  const ending = new AbortController();
  const filter: Filter = async (request) => {
    // dash.js would wait for ever if a filter rejected
    const signed = await askLastingly(session, ending.signal, (how) => source.sign(request.url, how)).catch(() => null);
    if (!signed?.token) return;
    request.url = signed.url;
    request.headers = withTokenHeaders(request.headers, signed.headers);
    request.withCredentials ||= signed.credentials;
  };
  const target = player as unknown as Record<string, Register | undefined>;
  const undo = ['License', 'Certificate'].map((kind) => {
    const name = `register${kind}RequestFilter`;
    const register = target[name];
    const unregister = target[`un${name}`];
    // dash.js 5.0 has no filters for certificates
    if (!register || !unregister) return () => undefined;
    register(filter);
    target[name] = (other) => {
      unregister(filter);
      register(other);
      register(filter);
    };
    return () => {
      target[name] = register;
      unregister(filter);
    };
  });
  return () => {
    ending.abort();
    for (const end of undo) end();
  };
}
