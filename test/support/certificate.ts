import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathOf } from './programs.ts';

/** A certificate of 127.0.0.1 that nobody else has signed. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** File with `cert`, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
  dispose(): void;
}

const ofLoopback = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];

/** Makes a certificate with OpenSSL: the test that calls it has the tag `openssl`. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const keyPair = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync(pathOf('openssl')!, ['req', '-x509', ...keyPair, ...ofLoopback, '-out', file], { stdio: 'pipe' });
  return {
    key: readFileSync(keyFile, 'utf8'),
    cert: readFileSync(file, 'utf8'),
    file,
    dispose: () => rmSync(folder, { recursive: true }),
  };
}
