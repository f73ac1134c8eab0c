import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { limitConnections } from '../../../../packages/server/src/index.ts';

/** Options for whatever ends by itself: no test waits for it, and it is no measure of a busy machine. */
const patient = { timeout: 30_000 };

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** `/film` never ends, `/work` is never answered. */
const answer = ({ url }: IncomingMessage, response: ServerResponse): void => {
  if (url === '/film') fill(response);
  else if (url !== '/work') response.end('here you are');
};
const fill = (response: ServerResponse): void => {
  while (response.write(Buffer.alloc(65_536)));
  response.once('drain', () => fill(response));
};
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** A server with a limit, and its clients by name. */
class Crowd {
  readonly server: Server;
  readonly #clients = new Map<string, { readonly client: Socket; readonly accepted: Socket }>();

  private constructor(server: Server) {
    this.server = server;
    stops.push(() => {
      for (const { client, accepted } of this.#clients.values()) {
        client.destroy();
        accepted.destroy();
      }
      server.close();
    });
  }

  static async of(limit: number, server: Server = createServer(answer)): Promise<Crowd> {
    // only the limit closes connections: Node itself does to those that are silent for 5 s, which a busy machine reaches
    if ('keepAliveTimeout' in server) server.keepAliveTimeout = 0;
    limitConnections(server, limit);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Crowd(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A client that sends `text` and reads nothing; the server has seen the text when this resolves. */
  async joins(name: string, text: string, localAddress = '127.0.0.1'): Promise<{ client: Socket; accepted: Socket }> {
    const isAccepted = once(this.server, 'connection') as Promise<[Socket]>;
    const client = connect({ port: this.port, host: '127.0.0.1', localAddress }).pause();
    client.on('error', () => undefined).write(text);
    const [accepted] = await isAccepted;
    this.#clients.set(name, { client, accepted });
    await this.sees(name, text.length);
    return { client, accepted };
  }

  async sees(name: string, bytes: number): Promise<void> {
    await vi.waitFor(() => expect(this.#clients.get(name)?.accepted.bytesRead).toBe(bytes), {
      ...patient,
      interval: 5,
    });
  }

  get stayed(): string[] {
    return [...this.#clients].filter(([, { accepted }]) => !accepted.destroyed).map(([name]) => name);
  }
}

describe('limitConnections: when the server is full and one more comes,', () => {
  test.each([
    ['has sent nothing', ''],
    ['has sent half a request', 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['has sent half a body', 'POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'],
    ['has its answer, and asks no more', get('/')],
    ['does not take its answer', get('/film')],
    ['sends requests at once, and does not take the answers', get('/film') + get('/work')],
  ])('the client goes that %s, and not the one for whom the server works', async (_, text) => {
    const crowd = await Crowd.of(2);
    await crowd.joins('at work', get('/work'));
    await crowd.joins('waited for', text);
    await crowd.joins('new', '');
    expect(crowd.stayed).toEqual(['at work', 'new']);
  });

  test('of those who are waited for the one goes that has not moved for longest', async () => {
    const crowd = await Crowd.of(3);
    const { client, accepted } = await crowd.joins('reads again', get('/film'));
    await crowd.joins('sends a line at a time', 'GET / HTTP/1.1\r\n');
    const { client: idle } = await crowd.joins('asks again', get('/'));
    // to take of an answer and to send a request is to move; to send a part of one is not
    let taken = 0;
    client.on('data', (chunk) => (taken += chunk.length)).resume();
    await vi.waitFor(() => expect(taken).toBeGreaterThan(20_000_000), patient);
    client.pause();
    // until the buffers of both sockets are full, the server takes it for a client that reads
    let [written, same] = [-1, 0];
    await vi.waitFor(
      () => {
        same = accepted.bytesWritten === written ? same + 1 : 0;
        written = accepted.bytesWritten;
        expect(same).toBeGreaterThan(20);
      },
      { ...patient, interval: 5 },
    );
    idle.write(get('/'));
    await crowd.sees('asks again', 2 * get('/').length);
    const gone = [];
    for (const name of ['fourth', 'fifth']) {
      const before = crowd.stayed;
      await crowd.joins(name, get('/work'));
      gone.push(...before.filter((each) => !crowd.stayed.includes(each)));
    }
    expect(gone).toEqual(['sends a line at a time', 'reads again']);
  });

  test('it is served where the server works for all others: the one goes for whom it has worked longest', async () => {
    const crowd = await Crowd.of(2);
    await crowd.joins('first', get('/work'));
    await crowd.joins('second', get('/work'));
    const { client } = await crowd.joins('new', get('/'));
    expect(crowd.stayed).toEqual(['second', 'new']);
    expect(String((await once(client.resume(), 'data'))[0])).toContain('here you are');
  });

  test.skipIf(process.platform !== 'linux')('one of the address goes that has most, if it is waited for', async () => {
    const crowd = await Crowd.of(5);
    await crowd.joins('alone, and first', '', '127.0.0.2');
    await crowd.joins('of three, at work', get('/work'), '127.0.0.3');
    await crowd.joins('of three', '', '127.0.0.3');
    await crowd.joins('of two', '', '127.0.0.4');
    await crowd.joins('of three, last', '', '127.0.0.3');
    await crowd.joins('of two, new', '', '127.0.0.4');
    expect(crowd.stayed).not.toContain('of three');
    await crowd.joins('of three, again', '', '127.0.0.3');
    expect(crowd.stayed).toEqual([
      'alone, and first',
      'of three, at work',
      'of three, last',
      'of two, new',
      'of three, again',
    ]);
  });

  test('whoever has left makes room', async () => {
    const crowd = await Crowd.of(2);
    const { client, accepted } = await crowd.joins('leaves', '');
    await crowd.joins('stays', '');
    client.resume().destroy();
    await vi.waitFor(() => expect(accepted.closed).toBe(true), patient);
    await crowd.joins('new', '');
    expect(crowd.stayed).toEqual(['stays', 'new']);
  });

  test('clients of a local socket, such as a proxy, are not counted', async () => {
    const server = createServer(answer);
    limitConnections(server, 1);
    const path = join(tmpdir(), `limit-connections-${process.pid}.sock`);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const clients = [connect(path), connect(path)];
    stops.push(() => {
      for (const client of clients) client.destroy();
      server.close();
    });
    for (const client of clients) {
      client.write(get('/'));
      expect(String((await once(client, 'data'))[0])).toContain('here you are');
    }
  });
});

describe('limitConnections', () => {
  const key = { hint: 'x', identity: 'x', psk: Buffer.alloc(16, 1) };
  const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2', minDHSize: 1 } as const;

  test('counts clients of TLS from before their handshake, and knows who of them is at work', async () => {
    const server = createHttpsServer({ ...tls, pskCallback: () => key.psk } as object, answer);
    const crowd = await Crowd.of(2, server);
    const secure = (): Socket => {
      const options = { ...tls, port: crowd.port, host: '127.0.0.1', pskCallback: () => key };
      const client = connectTls({ ...options, checkServerIdentity: () => undefined } as object);
      stops.push(() => void client.destroy());
      return client.on('error', () => undefined);
    };
    const atWork = secure();
    const closed = vi.fn();
    atWork.once('close', closed).write(get('/work'));
    await once(server, 'request');
    await crowd.joins('no handshake', '');
    const next = secure();
    next.write(get('/'));
    expect(String((await once(next, 'data'))[0])).toContain('here you are');
    expect([crowd.stayed, closed.mock.calls]).toEqual([[], []]);
  });

  test('counts a connection of HTTP/2 once, which is at work as long as none of its streams is waited for', async () => {
    const server = createHttp2Server(answer as never);
    const crowd = await Crowd.of(2, server);
    const session = connectHttp2(`http://127.0.0.1:${crowd.port}`);
    const closed = vi.fn();
    session.on('close', closed).on('error', () => undefined);
    stops.push(() => session.destroy());
    session.request({ ':path': '/work' }).on('error', () => undefined);
    session.request({ ':path': '/work' }).on('error', () => undefined);
    for (let i = 0; i < 2; i++) await once(server, 'request');
    await crowd.joins('idle', '');
    await crowd.joins('also idle', '');
    expect([crowd.stayed, closed.mock.calls]).toEqual([['also idle'], []]);
    const film = session.request({ ':path': '/film' }).on('error', () => undefined);
    await once(film, 'response');
    await crowd.joins('third', '');
    await crowd.joins('fourth', '');
    await vi.waitFor(() => expect(closed).toHaveBeenCalled(), patient);
  });

  test.each([0, -1, 1.5, NaN, Infinity, '5', undefined])('a limit of %s is told at once', (limit) => {
    expect(() => limitConnections(createServer(), limit as never)).toThrow(/^limit:/);
  });
});
