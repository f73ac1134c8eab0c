import { spawnSync } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';

/** What the tests need of Express. */
interface ExpressApp extends RequestListener {
  use(...handlers: unknown[]): ExpressApp;
  all(path: string, route: unknown): ExpressApp;
}
interface Express {
  (): ExpressApp;
  json(): unknown;
  urlencoded(options: { extended: boolean }): unknown;
  text(options: { type: string }): unknown;
  raw(options: { type: string }): unknown;
  Router(): ExpressApp;
}

/** What the tests need of Fastify. */
interface FastifyApp {
  all(path: string, route: unknown): unknown;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: string, ...parser: unknown[]): void;
  listen(options: { port: number; host: string }): Promise<string>;
  close(): Promise<void>;
}

function installed(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name) as unknown;
  } catch {
    return undefined;
  }
}

/** Each is `undefined` where it is not installed. */
export const express = installed('express') as Express | undefined;
export const fastify = installed('fastify') as (() => FastifyApp) | undefined;

/** Whether a runtime such as `deno` is on this machine. */
export function hasCommand(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
}
