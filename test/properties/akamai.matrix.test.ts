import fc from 'fast-check';
import { edgeAuth } from '../../packages/server/src/index.ts';
import type { EdgeAuthOptions, SignedToken } from '../../packages/server/src/index.ts';
import { describeFormat } from '../support/format-properties.ts';
import { hexKey } from '../support/format-samples.ts';

const signatureOf = ({ query, setCookie = [] }: SignedToken): string =>
  /~hmac=(\w+)/.exec(query?.hdnts ?? setCookie[0]!)![1]!;
const text = fc.constantFrom(undefined, 'x', 'a=b', 'a~data=b', '~', 'acl=/*', '%7e', 'é', 'e\u0301');

const kinds: Record<string, Partial<EdgeAuthOptions>> = {
  folder: {},
  'decoded folder': { pathForm: 'decoded' },
  'two folders, another delimiter': { depth: 2, aclDelimiter: ',' },
  list: { acl: ['/vod/*', '/vod/7/?.ts', '/a*'] },
  path: { exact: true },
  'decoded path': { exact: true, pathForm: 'decoded' },
  'path, escaped': { exact: true, escape: true },
  'path and query': { exact: true, signQuery: true },
  'decoded path and query': { exact: true, signQuery: true, pathForm: 'decoded' },
  'path and query, escaped': { exact: true, signQuery: true, escape: true, pathForm: 'decoded' },
  'path, salted': { exact: true, salt: 'salt' },
  'in a cookie': { carrier: 'cookie' },
};

for (const [name, options] of Object.entries(kinds)) {
  describeFormat({
    name: `edgeAuth ${name}`,
    make: ({ ip, sessionId, payload }) =>
      edgeAuth({
        key: hexKey,
        ...options,
        ...(ip !== undefined && { ip }),
        ...(sessionId !== undefined && { sessionId }),
        ...(payload !== undefined && { payload }),
      } as EdgeAuthOptions),
    conditions: fc.record({ ip: fc.constantFrom(undefined, '1.2.3.4', '11.2.3.4'), sessionId: text, payload: text }),
    enforced: ({ ip }) => ip,
    signatureOf,
  });
}
