import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { NOW } from './signing-endpoint.ts';

/** A format whose own cost is small, so that a measurement shows the cost of what stands around it. */
export const cheap: VerifyingTokenFormat = {
  name: 'cheap',
  scope: 'url',
  sign: (_, expires) => ({ expires, query: { st: 'token', e: String(expires) } }),
  verify: ({ url }) => ({ ok: true, expires: NOW, url }),
};
