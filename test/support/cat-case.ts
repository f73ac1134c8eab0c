import { commonAccessToken } from '../../packages/server/src/cat.ts';
import type { Vector, VectorCase } from './vector-cases.ts';

interface CatVector extends Vector {
  acl?: never;
  extras: {
    claims_json: { catr?: Record<string, string | number>; catm?: string[]; catu?: object; catnip?: string[] };
  };
}

/** The names that the vectors' JSON has for members of `catr`. */
const renewal: Record<string, number> = { type: 0, expadd: 1, deadline: 2, 'cookie-name': 3 };
const kinds: Record<string, number> = { automatic: 0, cookie: 1 };

/** `undefined` for a vector of another family. */
export function catCase(vector: Vector): VectorCase | undefined {
  if (vector.format !== 'cta-5007-cat') return undefined;
  const { key, key_name: id, uri, expires, token, extras } = vector as CatVector;
  const { catr, catm, catu, catnip } = extras.claims_json;
  const renew = Object.entries(catr ?? {}).map(([name, value]): [number, unknown] => [
    renewal[name]!,
    name === 'type' ? kinds[value] : value,
  ]);
  const claims = new Map<number, unknown>([
    ...(catr ? ([[323, new Map(renew)]] as const) : []),
    ...(catm ? ([[313, catm]] as const) : []),
  ]);
  return {
    format: commonAccessToken({
      keys: [{ id: id!, key: key! }],
      issuer: 'eyevinn',
      maxTtl: Infinity,
      claims,
      uri: catu ? new Map([[8, new Map([[0, '.m3u8']])]]) : 'any',
      ip: '203.0.113.9',
      ...(catnip && { ipRanges: catnip }),
    }),
    target: uri!,
    expires: Number(expires),
    expected: token,
    made: ({ query }) => query?.cat,
  };
}
