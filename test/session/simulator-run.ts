import { vi } from 'vitest';
import { START } from '../unit/core/lab-time.ts';
import { Edge } from './simulator-edge.ts';
import { Endpoint } from './simulator-endpoint.ts';
import type { Moment, Plan } from './simulator-plan.ts';
import { planOf } from './simulator-plan.ts';
import { Player } from './simulator-players.ts';
import { Random } from './simulator-random.ts';
import { sendWithCore, sendWithHls } from './simulator-requests.ts';
import { Subject } from './simulator-subject.ts';
import { Mint } from './simulator-tokens.ts';
import type { Violation } from './simulator-world.ts';
import { World } from './simulator-world.ts';

/** Seconds of recovery after the last fault: a call that hangs, and the longest pause that nobody has asked for. */
const RECOVERY = 10 + 10 + 3;
/** Seconds of recovery when the network tells that it is back: the call that hangs, and two short pauses. */
const RECOVERY_ONLINE = 10 + 5;
/** Seconds for which players go on after the recovery. */
const AFTERWARDS = 25;

export interface Run {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  readonly requests: number;
}

/** One session from its first request to the end of all timers. */
export async function simulate(seed: number): Promise<Run> {
  const plan = planOf(seed);
  vi.useFakeTimers({ now: START * 1000 });
  // hls.js takes 0 for a request that has not begun
  vi.advanceTimersByTime(5000);
  const world = new World();
  const onUnhandled = (reason: unknown): void => world.violate('unhandled', String(reason));
  process.on('unhandledRejection', onUnhandled);
  // pauses of requests that wait are drawn from it (keep-asking.ts)
  const drawn = vi.spyOn(Math, 'random').mockImplementation(new Random(seed).fork('page').next);
  try {
    const requests = await runIn(world, plan, new Random(seed));
    return { plan, violations: world.violations, trace: world.trace, requests };
  } finally {
    process.off('unhandledRejection', onUnhandled);
    drawn.mockRestore();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }
}

async function runIn(world: World, plan: Plan, random: Random): Promise<number> {
  const { faultsEnd, session } = plan;
  world.viewerOffset = plan.viewerOffset;
  const mint = new Mint(plan, world);
  const endpoint = new Endpoint(plan, world, mint, random.fork('endpoint'));
  const edge = new Edge(plan, world, mint, random.fork('edge'));
  // only what makes the browser forget a refusal goes there
  world.stubPage(async (url, { headers = {}, credentials }) => {
    const wire = { url, headers: headers as Record<string, string>, credentials: credentials === 'include' };
    if (!(await Promise.race([edge.serve(wire), world.pause(5)]))?.status) throw new TypeError('network');
    return { body: { cancel: async () => undefined } };
  });
  const subject = new Subject({ plan, world, mint, endpoint, random: random.fork('core') });
  const hls = plan.isHls ? sendWithHls(subject, edge, world) : undefined;

  const phase = { isOver: false, haveEnded: false, recoveredAt: Infinity };
  const parts = {
    plan,
    world,
    subject,
    send: hls?.send ?? sendWithCore(subject, edge, world),
    isOver: () => phase.isOver,
    isRecovered: () => world.now() >= phase.recoveredAt,
  };
  const names = session === 'shared' ? ['1', '2', '3'] : ['1'];
  const players = names.map((name) => new Player(name, { ...parts, random: random.fork(`player ${name}`) }));
  const played = players.map((player) => player.play());

  for (const fault of plan.faults) {
    world.later(fault.from, () => world.setFault(fault, true));
    world.later(fault.to, () => world.setFault(fault, false));
  }
  for (const moment of plan.moments) world.later(moment.at, () => happen(moment, { plan, world, mint, subject }));
  world.later(faultsEnd, () => {
    const isTold = random.chance(0.5);
    if (isTold) {
      subject.watch.wakes.push(world.now());
      world.tell('online');
    }
    if (endpoint.hasDenied) void subject.renew();
    const bound = isTold ? RECOVERY_ONLINE : RECOVERY;
    const from = world.now();
    // a pause that the endpoint has asked for, and in which nobody waits, is not ended by the network
    const asked = isTold ? endpoint.blockedUntil : endpoint.retryUntil;
    const recoveredAt = Math.max(from + bound, asked + 3);
    phase.recoveredAt = recoveredAt;
    world.later(recoveredAt - from, () => {
      world.log('recovered');
      subject.checkWaits(from, 'though all faults have ended');
      for (const player of players) player.checkPicture(from);
    });
    world.later(recoveredAt - from + AFTERWARDS, () => {
      for (const player of players) player.checkPicture(recoveredAt);
      phase.isOver = true;
    });
  });

  void Promise.all(played).then(() => {
    phase.haveEnded = true;
  });
  // a player that pauses comes back later; whoever is stuck is seen by its wait
  const end = 2000;
  await world.passUntil(() => phase.haveEnded || world.awake() > end);
  if (!phase.haveEnded) subject.checkWaits(Infinity, 'and nothing goes on');
  await atTheEnd({ world, plan, subject, mint }, hls?.destroy);
  return edge.requests;
}

/** Checks that a source comes to rest when it is left alone, and has nothing left when it is destroyed. */
async function atTheEnd(stage: Stage, destroyLoaders?: () => void): Promise<void> {
  const { world, plan, subject } = stage;
  const restsAt = world.now() + plan.lifetime * 2 + 200;
  // the others end in the middle of what they do
  const isLeftAlone = plan.readAhead !== 6;
  if (isLeftAlone) await world.passUntil(() => world.now() > restsAt);
  // by a slow clock that nobody corrects, tokens live for hours: the timer waits for their end, and calls nobody
  const { isClockKnown } = subject;
  if (isLeftAlone && isClockKnown && world.foreignTimers > 0)
    world.violate('unused', `${world.foreignTimers} timers, for nobody`);
  if (isLeftAlone && isClockKnown && world.listeners > 0)
    world.violate('unused', `${world.listeners} listeners, for nobody`);
  subject.watch.noteActivity();
  void subject.wait('the last sign', subject.source.sign('https://cdn.test/vod/last/s.ts'));
  await world.passUntil(() => true);
  destroyLoaders?.();
  subject.destroy(false);
  await world.passUntil(() => true);
  subject.checkWaits(Infinity, 'though the source was destroyed');
  if (world.foreignTimers > 0) world.violate('after destroy', `${world.foreignTimers} timers are left`);
  if (world.listeners > 0) world.violate('after destroy', `${world.listeners} listeners of the page are left`);
  await world.passUntil(() => false);
  if (world.listeners > 0) world.violate('after destroy', `${world.listeners} listeners of the page were added`);
}

interface Stage {
  readonly plan: Plan;
  readonly world: World;
  readonly mint: Mint;
  readonly subject: Subject;
}

function happen({ kind, degree }: Moment, { plan, world, mint, subject }: Stage): void {
  world.log(`happens: ${kind}`);
  // what it does takes no time
  world.later(0, () => world.disturb());
  const jump = 10 ** (degree * 4);
  if (kind === 'sleep') {
    world.sleep(jump);
    if (degree < 0.7) world.tell('visibilitychange');
  } else if (kind === 'clock back') {
    world.viewerOffset -= jump;
  } else if (kind === 'clock forward') {
    world.viewerOffset += jump;
  } else if (kind === 'rotation') {
    mint.generation++;
    world.healthySince = Math.max(world.healthySince, world.now());
  } else if (kind === 'renew storm') {
    for (let left = 1 + degree * 20; left > 0; left--) void subject.renew();
  } else if (kind === 'destroy') {
    const since = world.now();
    subject.destroy(true);
    // waits of the new one begin later
    world.later(0.001, () => subject.checkWaits(since, 'though the source was destroyed', false));
    world.healthySince = Math.max(world.healthySince, world.now());
  } else {
    world.tell(plan.isHls ? 'pageshow' : 'visibilitychange');
  }
}
