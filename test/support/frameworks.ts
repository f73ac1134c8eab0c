import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';

/** The part of Express that the tests need. */
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

/** The part of Fastify that the tests need. */
interface FastifyApp {
  all(path: string, route: unknown): unknown;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: string, ...parser: unknown[]): void;
  listen(options: { port: number; host: string }): Promise<string>;
  close(): Promise<void>;
}

/** The part of Miniflare that the tests need. */
export interface Worker {
  /** Resolves once it runs. */
  readonly ready: Promise<URL>;
  dispatchFetch(url: string | URL, init?: RequestInit): Promise<Response>;
  dispose(): Promise<void>;
}
interface WorkerOptions {
  modules: boolean;
  cf: boolean;
  compatibilityDate: string;
  script: string;
  bindings?: Record<string, string>;
  durableObjects?: Record<string, { className: string; useSQLite: boolean }>;
  /** The folder in which Durable Objects keep what they hold; without it, that ends with the worker. */
  durableObjectsPersist?: string;
}

const require = createRequire(import.meta.url);
/** Loads packages that `npm run test:all` installs; tests of these have their names as tags. */
const requireExtra = createRequire(new URL('../extra/', import.meta.url));

export const express = require('express') as Express;

export const createFastify = (): FastifyApp => (requireExtra('fastify') as () => FastifyApp)();
export const startWorker = (options: WorkerOptions): Worker => {
  const { Miniflare } = requireExtra('miniflare') as { Miniflare: new (options: WorkerOptions) => Worker };
  return new Miniflare(options);
};
