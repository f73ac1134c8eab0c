import { webcrypto } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { isAnyArrayBuffer, isArrayBufferView } from 'node:util/types';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../../packages/server/akamai/', import.meta.url));

/** Settings of the EdgeWorker, by their names. */
export type EdgeWorkerSettings = Readonly<Record<string, unknown>>;

/** Facts that the property and the client add to a request's URL, method and headers. */
export interface EdgeWorkerSituation {
  settings?: EdgeWorkerSettings;
  variables?: Readonly<Record<string, string>>;
  clientIp?: string;
  userLocation?: { country?: string; region?: string };
  /** Unix seconds. */
  now: number;
}

export interface EdgeWorkerAnswer {
  /** `undefined` for a request that goes on to the origin. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The query that goes on to the origin. */
  readonly query: string;
  readonly removed: readonly string[];
  readonly log: readonly string[];
}

/** Copies bytes into the realm of Node's `crypto`, which takes no others. */
const here = (data: ArrayBuffer | Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(new Uint8Array(data));
const isBuffer = (value: unknown): boolean => isAnyArrayBuffer(value);
const isData = (value: unknown): boolean => isBuffer(value) || isArrayBufferView(value);

function demand(isSo: boolean, text: string): void {
  if (!isSo) throw new TypeError(text);
}

/** `outputFormat` of the decoders: text, unless bytes are asked for. */
const decoded = (bytes: Buffer, format?: string): string | Uint8Array =>
  format === 'Uint8Array' ? new Uint8Array(bytes) : bytes.toString('latin1');

/**
 * Built-in modules of EdgeWorkers, with the signatures of `@types/akamai-edgeworkers` 1.1.19, as far as tokens need
 * them. `verify` takes an `ArrayBuffer` for signature and data there, and no view.
 */
function builtIn(log: string[]) {
  const { subtle } = webcrypto;
  return {
    crypto: {
      crypto: {
        subtle: {
          importKey(format: string, data: ArrayBuffer, algorithm: object, extractable: boolean, usages: string[]) {
            demand(['raw', 'spki', 'pkcs8', 'jwk'].includes(format) && isData(data), 'importKey');
            return subtle.importKey(format as 'raw', here(data), algorithm as never, extractable, usages as never);
          },
          verify(algorithm: object, key: webcrypto.CryptoKey, signature: ArrayBuffer, data: ArrayBuffer) {
            demand(isBuffer(signature) && isBuffer(data), 'verify');
            return subtle.verify(algorithm as never, key, here(signature), here(data));
          },
          digest(name: string, data: ArrayBuffer) {
            demand(isData(data), 'digest');
            return subtle.digest(name, here(data));
          },
        },
      },
      pem2ab: (pem: string): ArrayBuffer => {
        const body = /-----BEGIN [^-]+-----([\s\S]+)-----END/.exec(pem)?.[1];
        return new Uint8Array(Buffer.from(body!, 'base64')).buffer;
      },
    },
    encoding: {
      TextEncoder,
      TextDecoder,
      base16: { decode: (text: string, format?: string) => decoded(Buffer.from(text, 'hex'), format) },
      base64url: {
        decode: (text: string, format?: string) => decoded(Buffer.from(text, 'base64url'), format),
        encode: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url'),
      },
    },
    log: {
      logger: {
        log: (format: string, ...values: unknown[]) =>
          log.push(values.reduce<string>((text, value) => text.replace('%s', String(value)), format)),
      },
    },
  };
}

/** The code bundle as one script that asks `builtIn` for modules. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${folder}main.js`],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'edgeWorker',
    plugins: [
      {
        name: 'edgeworkers',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^[a-z-]+$/ }, ({ path }) => ({ path, namespace: 'built-in' }));
          onLoad({ filter: /./, namespace: 'built-in' }, ({ path }) => ({
            contents: `module.exports = builtIn[${JSON.stringify(path)}]`,
          }));
          onResolve({ filter: /settings\.js$/ }, () => ({ path: 'settings', namespace: 'settings' }));
          onLoad({ filter: /./, namespace: 'settings' }, () => ({ contents: 'module.exports = settings' }));
        },
      },
    ],
  });
  return outputFiles[0]!.text;
}

let script: Promise<string> | undefined;

/** Reads the settings from the file of settings. */
export async function defaultSettings(): Promise<EdgeWorkerSettings> {
  return { ...((await import(`${folder}settings.js`)) as EdgeWorkerSettings) };
}

/**
 * The EdgeWorker's answer to a request. It runs with the language alone, and what `builtIn` has: there is no `URL`, no
 * `TextEncoder` and no `Buffer` around it.
 */
export async function askEdgeWorker(request: Request, situation: EdgeWorkerSituation): Promise<EdgeWorkerAnswer> {
  const { now, variables = {}, clientIp = '', userLocation } = situation;
  const log: string[] = [];
  const settings = { ...(await defaultSettings()), ...situation.settings };
  const answer = { status: undefined as number | undefined, headers: {} as Record<string, string> };
  const { protocol, host, pathname, search } = new URL(request.url);
  const passed = { query: search.slice(1), removed: [] as string[] };
  const { onClientRequest } = runInNewContext(`${await (script ??= bundled())}; edgeWorker`, {
    builtIn: builtIn(log),
    settings,
    Date: { now: () => now * 1000 },
  }) as { onClientRequest: (asked: object) => Promise<void> };
  await onClientRequest({
    method: request.method,
    scheme: protocol.slice(0, -1),
    host,
    path: pathname,
    query: search.slice(1),
    url: pathname + search,
    clientIp,
    userLocation,
    getHeader: (name: string) => (request.headers.has(name) ? [request.headers.get(name)] : null),
    getVariable: (name: string) => variables[name],
    removeHeader: (name: string) => passed.removed.push(name),
    route: ({ query }: { query: string }) => (passed.query = query),
    respondWith(status: number, headers: Record<string, string>, body: string) {
      demand(typeof body === 'string', 'respondWith');
      Object.assign(answer, { status, headers });
    },
  });
  return { ...answer, ...passed, log };
}
