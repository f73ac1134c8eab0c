import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Redis } from '../support/redis.ts';
import { startRedis } from '../support/redis.ts';
import { idle, limit } from './session-rules.mjs';

/** Calls of one endpoint at a time. */
const atATime = 32;
/** Seconds between two calls of a session: tokens of 300 seconds are renewed about then. */
const pace = 200;
/** Calls that a session makes until one of them is answered, a second apart, while Redis is away. */
const tries = 60;

interface Session {
  readonly viewer: number;
  readonly id: string;
  hasPlace: boolean;
}

/** The outcome of one call of each session. */
export interface Round {
  /** Viewers with more granted sessions than allowed. */
  readonly overLimit: number;
  /** Denials of a session that had a place, or for which there was one. */
  readonly wrongDenials: number;
  /** Denials of viewers who have no more sessions than allowed. */
  readonly denialsOfFew: number;
  readonly granted: number;
  readonly denied: number;
  /** Calls that were answered with 503, and made again. */
  readonly failures: number;
  /** Seconds from its first call to its last answer. */
  readonly seconds: number;
}

export interface Outcome {
  readonly sessions: number;
  /** Rounds before Redis was killed. */
  readonly calm: readonly Round[];
  /** Rounds in which Redis was killed and started again, and those until Redis was back for `idle`. */
  readonly unsettled: readonly Round[];
  readonly settled: readonly Round[];
}

/**
 * Viewers with two, three and four sessions each, of which three may have a place: all of them call two endpoints with
 * one Redis, which loses its memory in the midst of it. The clock of the endpoints goes from round to round, so that it
 * does not matter how fast this machine is.
 */
export async function audienceWithOutage(viewers: number): Promise<Outcome> {
  const redis = await startRedis();
  const servers = await Promise.all([1, 2].map(() => startServer(redis.port)));
  const sessions = Array.from({ length: viewers }, (_, viewer) => sessionsOf(viewer)).flat();
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  let nowMs = 1_795_500_000_000;
  const round = async (disturb?: (done: number) => void): Promise<Round> => {
    nowMs += pace * 1000;
    await Promise.all(servers.map((server) => server.tell(nowMs)));
    return callAll(sessions, { ports: servers.map(({ port }) => port), agent, ...(disturb && { disturb }) });
  };
  try {
    const calm = [await round(), await round()];
    let outage: Promise<void> | undefined;
    const unsettled = [
      await round((done) => {
        if (done >= sessions.length / 2) outage ??= killedForAWhile(redis);
      }),
    ];
    await outage;
    for (let seconds = pace; seconds < idle; seconds += pace) unsettled.push(await round());
    const settled = [await round(), await round()];
    return { sessions: sessions.length, calm, unsettled, settled };
  } finally {
    agent.destroy();
    for (const server of servers) server.stop();
    await redis.stop();
  }
}

async function killedForAWhile(redis: Redis): Promise<void> {
  await redis.kill();
  await after(3000);
  await redis.restart();
}

function sessionsOf(viewer: number): Session[] {
  return Array.from({ length: 2 + (viewer % 3) }, () => ({
    viewer,
    id: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url'),
    hasPlace: false,
  }));
}

interface Calling {
  readonly ports: readonly number[];
  readonly agent: Agent;
  /** Hears how many calls have been answered. */
  readonly disturb?: (done: number) => void;
}

/** Makes one call of each session, in any order. */
async function callAll(sessions: readonly Session[], { ports, agent, disturb }: Calling): Promise<Round> {
  const started = performance.now();
  const left = shuffled(sessions);
  const grantedOf = new Map<number, number>();
  const deniedOf = new Map<number, number>();
  let [done, failures, lost] = [0, 0, 0];
  const caller = async (port: number): Promise<void> => {
    for (let session = left.pop(); session; session = left.pop()) {
      const { status, failed } = await answered(session, port, agent);
      failures += failed;
      const ofStatus = status === 200 ? grantedOf : deniedOf;
      ofStatus.set(session.viewer, (ofStatus.get(session.viewer) ?? 0) + 1);
      if (status !== 200 && session.hasPlace) lost++;
      session.hasPlace = status === 200;
      disturb?.(++done);
    }
  };
  await Promise.all(ports.flatMap((port) => Array.from({ length: atATime }, () => caller(port))));
  const sum = (counts: Map<number, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);
  const deniedWithRoom = [...deniedOf.keys()].filter((viewer) => (grantedOf.get(viewer) ?? 0) < limit);
  return {
    overLimit: [...grantedOf.values()].filter((count) => count > limit).length,
    wrongDenials: lost + deniedWithRoom.length,
    denialsOfFew: [...deniedOf.keys()].filter((viewer) => viewer % 3 !== 2).length,
    granted: sum(grantedOf),
    denied: sum(deniedOf),
    failures,
    seconds: Math.round((performance.now() - started) / 1000),
  };
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((each) => ({ each, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

/** Calls until the endpoint can say, as a player does. @throws when Redis stays away */
async function answered(session: Session, port: number, agent: Agent): Promise<{ status: number; failed: number }> {
  for (let failed = 0; failed < tries; failed++) {
    const status = await call(session, port, agent);
    if (status === 200 || status === 403) return { status, failed };
    await after(1000);
  }
  throw new Error('The endpoint has answered nothing but failures for a minute.');
}

function call({ viewer, id }: Session, port: number, agent: Agent): Promise<number> {
  const body = JSON.stringify({ urls: ['https://cdn.example.com/vod/7/a.m3u8'], session: id });
  const headers = { 'Content-Type': 'application/json', 'X-Viewer': `account ${viewer}` };
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/token', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end(body);
  });
}

interface Server {
  readonly port: number;
  /** Sets its clock. */
  tell(nowMs: number): Promise<void>;
  stop(): void;
}

async function startServer(redisPort: number): Promise<Server> {
  const child = fork(fileURLToPath(new URL('session-server.mjs', import.meta.url)), [String(redisPort)]);
  const { port } = (await heard(child)) as { port: number };
  return {
    port,
    async tell(nowMs) {
      child.send(nowMs);
      await heard(child);
    },
    stop: () => child.disconnect(),
  };
}

async function heard(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new Error('session-server.mjs has ended.')));
  return ((await once(child, 'message', { signal: ended.signal })) as [unknown])[0];
}
