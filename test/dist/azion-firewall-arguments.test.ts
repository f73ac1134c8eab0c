import { describe, expect, test } from 'vitest';
import { startFirewall } from '../support/azion-firewall.ts';

const firewall = startFirewall();
const secret = 'mysecret';
const now = 1_470_055_000;
const good = 'https://cdn.example.com/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000';
const ask = (url: string, more: Partial<Parameters<typeof firewall>[0]> = {}): ReturnType<typeof firewall> =>
  firewall({ url, args: { secure_token_secret: secret }, now, ...more });

describe('the arguments of dist/azion-firewall.js', () => {
  test('during a rotation every secret verifies', () => {
    const withSecrets = (...secure_token_secrets: string[]) => ask(good, { args: { secure_token_secrets } }).status;
    expect(withSecrets('new', 'mysecret')).toBe(200);
    expect(withSecrets('mysecret')).toBe(200);
    expect(withSecrets('new')).toBe(403);
  });

  test.each([
    ['no arguments at all', undefined],
    ['null', null],
    ['no secret', {}],
    ['an empty secret', { secure_token_secret: '' }],
    ['a secret that is no string', { secure_token_secret: 7 }],
    ['no secrets', { secure_token_secrets: [] }],
    ['an empty one among the secrets', { secure_token_secrets: ['mysecret', ''] }],
    ['secrets that are no list', { secure_token_secrets: 'mysecret' }],
    ['an empty one beside them', { secure_token_secret: '', secure_token_secrets: [secret] }],
    ['one that is no string beside them', { secure_token_secret: null, secure_token_secrets: [secret] }],
    ['a misspelt argument', { secure_token_secret: secret, rule: [] }],
    ['no rule in the rules', { secure_token_secret: secret, rules: [] }],
    ['a misspelt field of a rule', { secure_token_secret: secret, rules: [{ hostname: 'a.example' }] }],
    ['a host with a port', { secure_token_secret: secret, rules: [{ host: 'a.example:80' }] }],
    ['a path that begins in the middle', { secure_token_secret: secret, rules: [{ path: 'vod' }] }],
    ['a rule that is none', { secure_token_secret: secret, rules: [null] }],
    ['any page with credentials', { secure_token_secret: secret, cors: { origins: '*', credentials: true } }],
    ['cors that is none', { secure_token_secret: secret, cors: null }],
    ['a lifetime that is none', { secure_token_secret: secret, max_ttl: 0 }],
    ['a lifetime as text', { secure_token_secret: secret, max_ttl: '60' }],
    ['a lifetime that is null', { secure_token_secret: secret, max_ttl: null }],
    ['an empty host', { secure_token_secret: secret, rules: [{ host: '' }] }],
    ['a host that is null', { secure_token_secret: secret, rules: [{ host: null, path: '/vod/' }] }],
    ['a host with a wildcard', { secure_token_secret: secret, rules: [{ host: '*.example.com' }] }],
    ['a host with two dots behind it', { secure_token_secret: secret, rules: [{ host: 'a.example..' }] }],
    ['two hosts in one', { secure_token_secret: secret, rules: [{ host: 'a.example,b.example' }] }],
    ['a host in quotes', { secure_token_secret: secret, rules: [{ host: '"a.example"' }] }],
    ['a path with a wildcard', { secure_token_secret: secret, rules: [{ path: '/vod/*' }] }],
    ['a path with a malformed escape', { secure_token_secret: secret, rules: [{ path: '/100%/' }] }],
    ['a path that is null', { secure_token_secret: secret, rules: [{ path: null }] }],
    ['a path that begins with two slashes', { secure_token_secret: secret, rules: [{ path: '//vod/' }] }],
    ['a depth as text', { secure_token_secret: secret, folder_depth: '2' }],
    ['a depth of none', { secure_token_secret: secret, folder_depth: 0 }],
    ['half a folder', { secure_token_secret: secret, folder_depth: 1.5 }],
    ['a depth below none', { secure_token_secret: secret, folder_depth: -1 }],
    ['a depth that is null', { secure_token_secret: secret, folder_depth: null }],
    ['an unknown path form', { secure_token_secret: secret, path_form: 'both' }],
  ])('nothing is let through with %s: 500, and one line that tells why', (_, args) => {
    for (const url of [good, 'https://cdn.example.com/', 'https://other.example/']) {
      const outcome = ask(url, { args });
      expect(outcome).toMatchObject({ chosen: ['respondWith'], status: 500, headers: { 'cache-control': 'no-store' } });
      expect(outcome.log).toHaveLength(1);
      expect(outcome.log[0]).not.toContain(secret);
    }
  });

  test('secrets of the function and of its instance, which Azion merges, are all secrets', () => {
    const status = (secure_token_secret: string, ...secure_token_secrets: string[]) =>
      ask(good, { args: { secure_token_secret, secure_token_secrets } }).status;
    expect(status('mysecret', 'new')).toBe(200);
    expect(status('old', 'mysecret')).toBe(200);
    expect(status('mysecret')).toBe(200);
    expect(status('old', 'new')).toBe(403);
  });

  test('folder_depth: a token of the folder and one of the path are good, and neither is the other', () => {
    const at = 'https://cdn.example.com/live/7';
    const ofFolder = '?st=N0FRwVnSNd2jHjC4uqrlAg&e=1470055000';
    const args = { secure_token_secret: secret, folder_depth: 2 };
    const status = (url: string, more: object = {}) => ask(url, { args: { ...args, ...more } }).status;
    expect(status(`${at}/a.m3u8${ofFolder}`)).toBe(200);
    expect(status(`${at}/hd/s1.m4s${ofFolder}`)).toBe(200);
    expect(status(good)).toBe(200);
    expect(status(`${at}0/a.m3u8${ofFolder}`)).toBe(403);
    expect(status(at + ofFolder)).toBe(403);
    expect(status(good.replace('uri', 'uri/x'))).toBe(403);
    expect(status(`${at}/a.m3u8${ofFolder}`, { folder_depth: 1 })).toBe(403);
    expect(status(`${at}/a.m3u8${ofFolder}`, { folder_depth: undefined })).toBe(403);
    expect(ask(`${at}/a.m3u8${ofFolder}`, { args, now: now + 1 }).status).toBe(410);
    for (const out of ['%2e%2e/8/a', '..;/8/a', '%252e%252e/8/a', '.. /8/a', 'x,../8/a']) {
      expect(status(`${at}/${out}${ofFolder}`.replace('/7/%2e%2e', '/7/x/%2e%2e/%2e%2e')), out).toBe(403);
    }
  });

  test('an unknown argument is named in the one line', () => {
    const { status, log } = ask(good, { args: { secure_token_secret: secret, rule: [], maxTtl: 1 } });
    expect(status).toBe(500);
    expect(log).toEqual(["Unknown option 'rule'. Did you mean 'rules'?"]);
  });

  test.each([
    ['cdn.example.com.', 'https://cdn.example.com/'],
    ['CDN.Example.com', 'https://cdn.example.com./'],
    ['b\u00fccher.example', 'https://xn--bcher-kva.example/'],
    ['xn--bcher-kva.example', 'https://b\u00fccher.example/'],
  ])('a rule for the host %s protects %s', (host, url) => {
    const args = { secure_token_secret: secret, rules: [{ host }, { host: 'other.example', path: '/vod/' }] };
    expect(ask(url, { args }).status).toBe(403);
    expect(ask('https://other.example/', { args }).status).toBe(200);
  });

  test.each(['/films [4k]/', '/films%20%5b4K]/'.toLowerCase(), '/%66ilms [4k]'])(
    'a rule for the path %s protects what its author sees in it',
    (path) => {
      const args = { secure_token_secret: secret, rules: [{ path }] };
      for (const asked of [
        '/films%20[4k]/x',
        '/films%20%5B4k%5D/x',
        '/films [4k]/x',
        '/films%20[4k];a/x',
        '/films%20[4k]./x',
      ]) {
        expect(ask(`https://h${asked}`, { args }).status, asked).toBe(403);
      }
      expect(ask('https://h/films/x', { args }).status).toBe(200);
    },
  );

  test('an argument that is undefined as a word is no key: the token anybody could make is refused', () => {
    // md5('undefined/my/uri1470055000')
    const { status } = ask('https://cdn.example.com/my/uri?st=E8llizGQVvK03ibs1DpSEA&e=1470055000', { args: {} });
    expect(status).toBe(500);
  });

  test('rules for host and path say what needs a token', () => {
    const rules = [
      { host: 'cdn.example.com', path: '/vod/' },
      { host: 'live.example.com' },
      { host: 'other.example', path: '/films/' },
      { path: '/all' },
    ];
    const status = (url: string, method = 'GET') =>
      ask(url, { method, args: { secure_token_secret: secret, rules } }).status;
    for (const url of [
      'https://cdn.example.com/vod/a.mp4',
      'https://CDN.example.com/%76od/a.mp4',
      'https://cdn.example.com/x/../vod/a.mp4',
      'https://cdn.example.com./vod/a.mp4',
      'https://cdn.example.com:8443/vod/a.mp4',
      'https://cdn.example.com//vod/a.mp4',
      'https://cdn.example.com/vod%2fa.mp4',
      'https://live.example.com/',
      'https://other.example/all/a.mp4',
      'https://other.example/x%2fy',
      // no rule names it, and all are about it
      'https://xyz.map.azionedge.net/vod/a.mp4',
      'https://xyz.map.azionedge.net/',
    ]) {
      expect(status(url), url).toBe(403);
    }
    for (const url of [
      'https://cdn.example.com/',
      'https://cdn.example.com/vodka/a.mp4',
      'https://other.example/vod/a.mp4',
      'https://other.example/allx',
    ]) {
      expect(status(url), url).toBe(200);
      expect(status(url, 'POST'), `what needs no token is not ours to judge: ${url}`).toBe(200);
    }
  });
});
