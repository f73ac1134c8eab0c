/** Fastify is one of the packages of `test/extra`: what the READMEs use of it, for where it is not installed. */
declare module 'fastify' {
  import type { Server } from 'node:http';
  import type { NodeHandler } from 'secure-token-server';

  export default function fastify(options?: { requestTimeout: number }): {
    readonly server: Server;
    all(path: string, handler: NodeHandler): unknown;
    listen(options: { port: number }): Promise<string>;
  };
}
