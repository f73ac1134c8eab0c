import { generateKeyPairSync } from 'node:crypto';
import {
  bunny,
  cloudCdn,
  cloudFront,
  edgeAuth,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  wowza,
} from '../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { jwt } from '../../packages/server/src/jwt.ts';

const secret = 'a secret of thirty-two characters';
const key = Buffer.from(secret.slice(0, 32));
const keys = [{ name: 'k', key: key.toString('base64url') }];
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = [{ id: 'K', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }];

/** Formats whose tokens open the folder of the URL that they are made for. */
export const folderFormats: readonly { name: string; format: VerifyingTokenFormat }[] = Object.entries({
  'CDN77 in the path': secureLink({ secret, ...layouts.cdn77Path }),
  'Gcore folder': secureLink({ secret, ...layouts.gcoreFolder }),
  'nginx in the path': secureLink({ secret, hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}' }),
  EdgeAuth: edgeAuth({ key: key.toString('hex') }),
  'Bunny in the path': bunny({ secret }),
  'Bunny in the query': bunny({ secret, carrier: 'query', ignoreParams: true }),
  'Cloud CDN': cloudCdn({ keys }),
  'Media CDN in the path': mediaCdn({ keys }),
  'Media CDN in the query': mediaCdn({ keys, carrier: 'query' }),
  'Media CDN token': mediaCdnToken({ keys: [keys[0]!.key] }),
  CloudFront: cloudFront({ keys: pem, carrier: 'query' }),
  Wowza: wowza({ secret }),
  JWT: jwt({ keys: [{ key: secret }], algorithm: 'HS256', depth: 1 }),
  'Common Access Token': commonAccessToken({ keys: [{ id: 'k', key: key.toString('hex') }] }),
}).map(([name, format]) => ({ name, format }));
