import { edgeAuth } from '../../packages/server/src/index.ts';
import type { EdgeAuthOptions } from '../../packages/server/src/index.ts';
import type { Vector, VectorCase } from './vector-cases.ts';

type Extras = Pick<EdgeAuthOptions, 'payload' | 'sessionId' | 'ip' | 'algorithm' | 'aclDelimiter'> & {
  tokenName?: string;
  escapeEarly?: boolean;
  startTime?: number;
};

/** `undefined` for a vector of another family. */
export function akamaiCase({ format, key, acl, uri, extras = {}, token, expires }: Vector): VectorCase | undefined {
  if (format !== 'akamai-edgeauth-2.0') return undefined;
  const { tokenName: param = '__token__', escapeEarly: escape = false, startTime, ...rest } = extras as Extras;
  const { payload, sessionId, ip, algorithm, aclDelimiter } = rest;
  const options = { payload, sessionId, ip, algorithm, aclDelimiter, startsAt: startTime, acl };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const path = uri ?? [acl].flat()[0]!.replace('*', 'a/b.ts');
  return {
    format: edgeAuth({
      key: key!,
      param,
      escape,
      maxTtl: Infinity,
      pathForm: 'decoded',
      ...(uri !== undefined && { exact: true, signQuery: true }),
      ...(given as Partial<EdgeAuthOptions> & { key?: never; keys?: never }),
    }),
    target: `https://cdn.example.com${path}`,
    expires: Number(expires),
    expected: token,
    made: ({ query }) => query?.[param],
  };
}
