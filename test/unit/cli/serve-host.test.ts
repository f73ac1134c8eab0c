import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { serveHost } from '../../../packages/cli/src/serve/serve-host.ts';

describe('serveHost', () => {
  test.each(['127.0.0.1', 'localhost', '::1', '127.8.0.1'])('%s is this machine alone', (name) => {
    const host = serveHost(name);
    expect(host.isLocal).toBe(true);
    for (const own of ['127.0.0.1:8080', 'localhost', 'LOCALHOST:1', '[::1]:8080'])
      expect(host.isNamed(own)).toBe(true);
    for (const other of ['evil.example', '192.168.1.7:8080', hostname(), '', 'localhost.evil.example', 'localhost:x']) {
      expect(host.isNamed(other), other).toBe(false);
    }
  });

  test.each(['0.0.0.0', '::', '192.168.1.7', 'box.local'])('%s is open to the network', (name) => {
    const host = serveHost(name);
    expect(host.isLocal).toBe(false);
    for (const own of ['192.168.1.7:8080', '[fe80::1]:8080', 'localhost:1', `${hostname()}:1`, `${hostname()}.local`]) {
      expect(host.isNamed(own), own).toBe(true);
    }
    expect(host.isNamed('evil.example:8080'), 'a name of another site for this address').toBe(false);
  });

  test('answers to the name it was given, and shows an address that can be opened', () => {
    expect(serveHost('Box.local').isNamed('box.local:8080')).toBe(true);
    expect(serveHost('::1').urlAt(8080)).toBe('http://[::1]:8080/');
    expect(serveHost('box.local').urlAt(1)).toBe('http://box.local:1/');
    expect(serveHost('0.0.0.0').urlAt(1)).toMatch(/^http:\/\/(?!0\.)\d+\.\d+\.\d+\.\d+:1\/$/);
  });
});
