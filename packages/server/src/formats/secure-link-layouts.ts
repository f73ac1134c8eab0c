/**
 * Layouts of `secureLink` as the CDNs document them. The layouts of Alibaba, Huawei and Tencent carry the time of
 * signing: set `validity` to the seconds that are configured at the CDN, and `maxTtl` to at least as many.
 */
export const secureLinkLayouts = {
  /** KeyCDN "Secure Token". */
  keyCdn: { hash: '{path}{secret}{expires}', query: { token: '{token}', expire: '{expires}' } },
  /** CDN77 signed URL with a parameter. */
  cdn77: { hash: '{expires}{path}{secret}', encoding: 'base64url=', query: { secure: '{token},{expires}' } },
  /** CDN77 signed URL in the path: opens the folder of the file and all below, and HLS inherits it. */
  cdn77Path: { hash: '{expires}{folder}{secret}', encoding: 'base64url=', base: '/{token},{expires}' },
  /** Gcore, EdgeCenter, Yandex Cloud CDN. */
  gcore: { hash: '{expires}{path}{ip} {secret}', query: { md5: '{token}', expires: '{expires}' } },
  /** Gcore with Query String Forwarding: opens one folder, without those below. */
  gcoreFolder: {
    hash: '{expires}{directory}{ip} {secret}',
    query: { md5: '{token}', expires: '{expires}' },
    depth: 'parent',
  },
  /** The example of the nginx documentation, bound to the client address. */
  nginx: { hash: '{expires}{path}{ip} {secret}', query: { md5: '{token}', expires: '{expires}' } },
  /**
   * The example of nginx' HMAC secure link module. Each token says that it lives for an hour, and ends when it should.
   */
  nginxHmac: {
    hash: '{path}|{expires}|3600',
    algorithm: 'hmac-sha256',
    query: { st: '{token}', ts: '{expires}', e: '3600' },
    validity: 3600,
  },
  /** Bunny's basic token authentication. */
  bunnyBasic: { hash: '{secret}{path}{expires}{ip}', query: { token: '{token}', expires: '{expires}' } },
  /** JW Player signed URLs (not JWT). */
  jwPlayer: { hash: '{relativePath}:{expires}:{secret}', encoding: 'hex', query: { exp: '{expires}', sig: '{token}' } },
  /** Alibaba Cloud CDN URL signing type A. */
  alibabaA: { hash: '{path}-{expires}-0-0-{secret}', encoding: 'hex', query: { auth_key: '{expires}-0-0-{token}' } },
  /** Type C in the query. */
  alibabaCQuery: {
    hash: '{secret}{path}{expires}',
    encoding: 'hex',
    time: 'HEX',
    query: { KEY1: '{token}', KEY2: '{expires}' },
  },
  /** Huawei Cloud CDN signing method A with SHA-256. */
  huaweiA: {
    hash: '{path}-{expires}-0-0-{secret}',
    algorithm: 'sha256',
    encoding: 'hex',
    query: { auth_key: '{expires}-0-0-{token}' },
  },
  /** Qiniu Cloud, time stamps against hotlinking. */
  qiniu: {
    hash: '{secret}{path}{expires}',
    encoding: 'hex',
    time: 'hex',
    pathForm: 'raw',
    query: { sign: '{token}', t: '{expires}' },
  },
  /** Tencent Cloud CDN and EdgeOne method A. */
  tencentA: { hash: '{path}-{expires}-0-0-{secret}', encoding: 'hex', query: { sign: '{expires}-0-0-{token}' } },
  /** Method D. */
  tencentD: { hash: '{secret}{path}{expires}', encoding: 'hex', query: { sign: '{token}', t: '{expires}' } },
} as const;
