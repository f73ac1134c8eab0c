import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { NOW } from './signing-endpoint.ts';

/** Its own cost is small, so that what is measured is what stands around it. */
export const cheap: VerifyingTokenFormat = {
  name: 'cheap',
  scope: 'url',
  sign: (_, expires) => ({ expires, query: { st: 'token', e: String(expires) } }),
  verify: ({ url }) => ({ ok: true, expires: NOW, url }),
};
