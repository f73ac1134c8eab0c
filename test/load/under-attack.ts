import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as after } from 'node:timers/promises';
import { vi, expect } from 'vitest';
import { FilmOrigin } from './film-origin.ts';
import { Viewers } from './viewers.ts';

/** Facts that a server process tells about itself. */
interface ServerFacts {
  /** Descriptors that it may have, as its kernel says. */
  readonly limit: number;
  readonly descriptors: number;
  /** Bytes, after garbage has been collected. */
  readonly memory: number;
  readonly errors: readonly string[];
}

export interface Attack {
  readonly framework: 'node:http' | 'Express' | 'Fastify';
  readonly attackers: number;
  readonly viewers: number;
  readonly seconds: number;
}

export interface Outcome {
  /** Requests of the viewers. */
  readonly requests: number;
  readonly failures: readonly string[];
  /** Connections of the attackers. */
  readonly attacks: number;
  readonly before: ServerFacts;
  readonly after: ServerFacts;
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A server with 1,024 descriptors, between viewers and an origin, while others do what they can to keep it waiting. */
export async function underAttack({ framework, attackers, viewers, seconds }: Attack): Promise<Outcome> {
  const origin = await FilmOrigin.start();
  // the limit of a process can be lowered for good, by itself alone
  const server = spawn(
    'sh',
    [
      '-c',
      'ulimit -n 1024 && exec "$0" "$@"',
      process.execPath,
      '--expose-gc',
      file('server.mjs'),
      framework,
      origin.href,
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  try {
    const { port } = await heard<{ port: number }>(server);
    const hosts = { port, origin: origin.href };
    // what is loaded, compiled and kept once is no growth
    await clash(hosts, { attackers: attackers / 10, viewers: 2, seconds: 5 });
    await isQuiet(origin);
    const before = await factsOf(server);
    const { playing, attacks } = await clash(hosts, { attackers, viewers, seconds });
    await isQuiet(origin);
    const { requests, failures } = playing;
    return { requests, failures, attacks, before, after: await factsOf(server) };
  } finally {
    server.kill();
    origin.stop();
  }
}

async function clash(
  hosts: { port: number; origin: string },
  { attackers, viewers, seconds }: Omit<Attack, 'framework'>,
): Promise<{ playing: Viewers; attacks: number }> {
  const playing = new Viewers(viewers, hosts);
  const crowd = fork(file('attackers.mjs'), [String(hosts.port), String(attackers)]);
  await after(seconds * 1000);
  await playing.stop();
  crowd.send('stop');
  const { made } = await heard<{ made: number }>(crowd);
  return { playing, attacks: made };
}

/** Waits until nobody is connected to the origin: `fetch` of Node keeps idle connections for some seconds. */
async function isQuiet(origin: FilmOrigin): Promise<void> {
  await vi.waitFor(async () => expect(await origin.connections()).toBe(0), { interval: 500, timeout: 60_000 });
}

async function factsOf(server: ChildProcess): Promise<ServerFacts> {
  server.send('facts');
  return heard<ServerFacts>(server);
}

async function heard<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new Error(`${child.spawnfile} has ended.`)));
  const [message] = (await once(child, 'message', { signal: ended.signal })) as [Message];
  return message;
}

/** @throws what `expect` throws, unless all viewers were served and all is as before */
export function expectUnharmed({ requests, failures, before, after: { errors, ...now } }: Outcome): void {
  expect(failures).toEqual([]);
  expect(errors).toEqual([]);
  expect(requests).toBeGreaterThan(0);
  expect(before.limit).toBe(1024);
  expect(now.descriptors).toBeLessThanOrEqual(before.descriptors);
  expect(now.memory).toBeLessThan(before.memory + 10_000_000);
}
