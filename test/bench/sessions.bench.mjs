import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { median } from './compare.mjs';

const viewers = 10_000;
const sessionsOfViewer = 3;
const rounds = 5;
/** Calls of each kind in a round. */
const calls = 1500;
/** Calls a second of 30,000 players whose tokens live for 300 seconds: each calls every 200 seconds or so. */
const rate = 150;
/** Calls at a time where the endpoints are asked as often as they can answer. */
const atATime = 16;

/** @typedef {{ ports: readonly number[], stop: () => void }} Endpoints */

/** @type {(args: string[]) => Promise<{ port: number, stop: () => void }>} */
async function startEndpoint(args) {
  const child = fork(new URL('session-node.mjs', import.meta.url), args);
  const [{ port }] = await once(child, 'message');
  return { port, stop: () => child.disconnect() };
}

/** @type {(args: string[]) => Promise<Endpoints>} */
async function startTwo(args) {
  const two = await Promise.all([startEndpoint(args), startEndpoint(args)]);
  return { ports: two.map(({ port }) => port), stop: () => two.forEach((each) => each.stop()) };
}

/** @type {(index: number) => { viewer: string, id: string }} */
const sessionAt = (index) => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(index);
  return { viewer: `account ${Math.floor(index / sessionsOfViewer)}`, id: bytes.toString('base64url') };
};

/** Milliseconds that a call has taken. @type {(index: number, ports: readonly number[], agent: Agent) => Promise<number>} */
const call = (index, ports, agent) =>
  new Promise((resolve, reject) => {
    const { viewer, id } = sessionAt(index);
    const body = JSON.stringify({ urls: ['https://cdn.example.com/vod/7/a.m3u8'], reason: 'expiring', session: id });
    const headers = { 'Content-Type': 'application/json', 'X-Viewer': viewer };
    const port = ports[index % ports.length];
    const start = performance.now();
    request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/token', headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The endpoint answered ${response.statusCode}.`));
      response.resume().once('end', () => resolve(performance.now() - start));
    })
      .on('error', reject)
      .end(body);
  });

const anySession = () => Math.floor(Math.random() * viewers * sessionsOfViewer);

/**
 * Calls of both kinds in turn, so that whatever else the machine does hits both alike.
 * @typedef {(kinds: readonly [Endpoints, Endpoints], agent: Agent) => Promise<[number[], number[]]>} Load
 */

/** Calls that come at a rate, however long each takes. @type {Load} */
async function atRate(kinds, agent) {
  const start = performance.now();
  /** @type {[Promise<number>[], Promise<number>[]]} */
  const made = [[], []];
  for (let i = 0; i < 2 * calls; i++) {
    const early = start + (i * 1000) / (2 * rate) - performance.now();
    if (early > 0) await after(early);
    made[i % 2 ? 1 : 0].push(call(anySession(), kinds[i % 2 ? 1 : 0].ports, agent));
  }
  return [await Promise.all(made[0]), await Promise.all(made[1])];
}

/** Calls one behind the other, so many at a time. @type {Load} */
async function atFullSpeed(kinds, agent) {
  /** @type {[number[], number[]]} */
  const times = [[], []];
  let made = 0;
  const client = async () => {
    for (let i = made++; i < 2 * calls; i = made++)
      times[i % 2 ? 1 : 0].push(await call(anySession(), kinds[i % 2 ? 1 : 0].ports, agent));
  };
  await Promise.all(Array.from({ length: atATime }, client));
  return times;
}

/** The first call of each session, which takes its place. @type {(ports: readonly number[], agent: Agent) => Promise<void>} */
async function begin(ports, agent) {
  let next = 0;
  const client = async () => {
    while (next < viewers * sessionsOfViewer) await call(next++, ports, agent);
  };
  await Promise.all(Array.from({ length: atATime }, client));
}

/** The slowest of a hundred. @type {(times: number[]) => number} */
const p99 = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
/** @type {(times: number[], others: number[]) => number} */
const ratioOf = (times, others) => Number(median(times.map((each, i) => each / (others[i] ?? NaN))).toFixed(2));

const redisServer = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin']
  .map((folder) => join(folder, 'redis-server'))
  .find(existsSync);

/** A Redis at a socket, which keeps nothing. @type {(binary: string, folder: string) => Promise<{ socket: string, stop: () => void }>} */
async function startRedis(binary, folder) {
  const socket = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = spawn(binary, options, { stdio: 'ignore' });
  const client = new Redis({ path: socket, retryStrategy: () => 20 });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  return {
    socket,
    stop: () => {
      child.kill();
    },
  };
}

/**
 * Measures what a call to the signing endpoint costs with sessions, beside a call without. Each side has two endpoints;
 * one Redis holds 30,000 sessions of 10,000 viewers. The figures are the milliseconds of the slowest of a hundred calls
 * (p99), and the median of the ratios of each round. The run takes two minutes.
 */
export async function run() {
  if (!redisServer) return [{ name: 'a call with sessions / without: there is no redis-server here' }];
  const folder = mkdtempSync(join(tmpdir(), 'sessions-bench-'));
  const redis = await startRedis(redisServer, folder);
  const counting = await startTwo([redis.socket]);
  const bare = await startTwo([]);
  const agent = new Agent({ keepAlive: true });
  try {
    await begin(counting.ports, agent);
    await begin(bare.ports, agent);
    const results = [];
    for (const [name, load] of /** @type {const} */ ([
      [`${rate} calls a second`, atRate],
      [`${atATime} calls at a time`, atFullSpeed],
    ])) {
      const slow = /** @type {[number[], number[]]} */ ([[], []]);
      const middle = /** @type {[number[], number[]]} */ ([[], []]);
      for (let round = 0; round < rounds; round++) {
        for (const [i, times] of (await load([counting, bare], agent)).entries()) {
          slow[i]?.push(p99(times));
          middle[i]?.push(median(times));
        }
      }
      results.push({
        'p99 of a call, ms': name,
        'with sessions': Number(median(slow[0]).toFixed(1)),
        without: Number(median(slow[1]).toFixed(1)),
        ratio: ratioOf(...slow),
        'ratio of the median call': ratioOf(...middle),
      });
    }
    return results;
  } finally {
    agent.destroy();
    counting.stop();
    bare.stop();
    redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
