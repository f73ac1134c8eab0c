import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** The host on which `secure-token serve` listens, and the names to which it answers. */
export interface ServeHost {
  /** The name for `listen`. */
  readonly name: string;
  /** Whether only this machine can reach the host. */
  readonly isLocal: boolean;
  readonly urlAt: (port: number) => string;
  /**
   * Tells whether a `Host` header names this server. A page of another site can give its own name to this machine's
   * address, and would then read the tokens of this page; it cannot do so with an address.
   */
  readonly isNamed: (host: string) => boolean;
}

export function serveHost(name: string): ServeHost {
  const isLocal = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(name);
  const isEverywhere = name === '0.0.0.0' || name === '::';
  const own = [name, 'localhost', ...(isLocal ? [] : [hostname(), `${hostname()}.local`])];
  const names = new Set(own.map((each) => each.toLowerCase()));
  const shown = isEverywhere ? (addressInTheNetwork() ?? '127.0.0.1') : name;
  return {
    name,
    isLocal,
    urlAt: (port) => `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}/`,
    isNamed: (host) => {
      const asked = host
        .replace(/:\d+$/, '')
        .replace(/^\[(.*)\]$/, '$1')
        .toLowerCase();
      return names.has(asked) || (isLocal ? asked === '127.0.0.1' || asked === '::1' : isIP(asked) !== 0);
    },
  };
}

function addressInTheNetwork(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
