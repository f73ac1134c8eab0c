/** @typedef {'url' | 'folder'} TokenKind what a token of the endpoint opens */

/**
 * The settings that the buttons of the pages change: one set for each running server. Only denials are per viewer. It
 * holds points in time and offsets, so that whoever is stopped and started again goes on with it.
 * @typedef {object} DemoState
 * @property {string} secret what endpoint and edge share
 * @property {number} rotations how often the secret was replaced
 * @property {number} startedAt unix ms at which the live streams began
 * @property {number} stoppedUntil unix ms, of the machine's clock: until then the endpoint answers 503
 * @property {boolean} slow the endpoint takes half a second
 * @property {TokenKind} tokens
 * @property {number} edgeClock seconds that the edge's clock is ahead of the endpoint's
 * @property {number} slept seconds that all clocks of the servers are ahead of the machine's: viewers have slept so long
 * @property {boolean} refusing the edge refuses every fifth request, good token or not
 * @property {Set<string>} revoked viewers
 */

/** @param {string} [label] at the beginning of the secret; its end is random @returns {DemoState} */
export const createDemoState = (label = '') => ({
  secret: createSecret(label),
  rotations: 0,
  startedAt: Date.now(),
  stoppedUntil: 0,
  slow: false,
  tokens: 'url',
  edgeClock: 0,
  slept: 0,
  refusing: false,
  revoked: new Set(),
});

const RANDOM_BYTES = 24;
/** The characters that these bytes are written with. */
const RANDOM_LENGTH = 2 * RANDOM_BYTES;

/** @type {(label: string) => string} */
function createSecret(label) {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return label + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The clock of the servers, in unix ms. @type {(state: DemoState) => number} */
export const demoNow = ({ slept }) => Date.now() + slept * 1000;

/** @type {(state: DemoState) => boolean} */
export const isStopped = ({ stoppedUntil }) => Date.now() < stoppedUntil;

/**
 * The part of the demo's state that a page may know, which leaves out the secret.
 * @typedef {object} Controls
 * @property {number} stoppedFor seconds until the endpoint answers again; 0: it answers
 * @property {boolean} slow
 * @property {TokenKind} tokens
 * @property {number} edgeClock
 * @property {boolean} refusing
 * @property {number} rotations
 * @property {boolean} revoked
 */

/**
 * What a page may change.
 * @typedef {Partial<Omit<Controls, 'rotations'> & { rotateSecret: true, sleep: number }>} Change
 */

/** @type {(state: DemoState, viewer: string) => Controls} */
export const readControls = ({ stoppedUntil, slow, tokens, edgeClock, refusing, rotations, revoked }, viewer) => ({
  stoppedFor: Math.max(0, (stoppedUntil - Date.now()) / 1000),
  slow,
  tokens,
  edgeClock,
  refusing,
  rotations,
  revoked: revoked.has(viewer),
});

/** The longest time that a page may name, in seconds. */
const HOUR = 3600;

/** @type {Readonly<Record<string, (state: DemoState, value: any, viewer: string) => void>>} */
const changes = {
  stoppedFor(state, value) {
    if (!Number.isInteger(value) || value < 0 || value > HOUR)
      throw new RangeError('stoppedFor: seconds, at most an hour');
    state.stoppedUntil = value === 0 ? 0 : Date.now() + value * 1000;
  },
  slow(state, value) {
    if (typeof value !== 'boolean') throw new RangeError('slow: true or false');
    state.slow = value;
  },
  tokens(state, value) {
    if (!['url', 'folder'].includes(value)) throw new RangeError('tokens: url or folder');
    state.tokens = value;
  },
  edgeClock(state, value) {
    if (!Number.isInteger(value) || Math.abs(value) > HOUR) throw new RangeError('edgeClock: seconds, at most an hour');
    state.edgeClock = value;
  },
  sleep(state, value) {
    if (!Number.isInteger(value) || value < 1 || value > HOUR) throw new RangeError('sleep: seconds, at most an hour');
    state.slept += value;
  },
  refusing(state, value) {
    if (typeof value !== 'boolean') throw new RangeError('refusing: true or false');
    state.refusing = value;
  },
  revoked(state, value, viewer) {
    if (value === true) state.revoked.add(viewer);
    else if (value === false) state.revoked.delete(viewer);
    else throw new RangeError('revoked: true or false');
  },
  rotateSecret(state, value) {
    if (value !== true) throw new RangeError('rotateSecret: true');
    state.secret = createSecret(state.secret.slice(0, -RANDOM_LENGTH));
    state.rotations++;
  },
};

/**
 * @param {DemoState} state
 * @param {string} viewer
 * @param {unknown} change some of the controls
 * @throws `RangeError` for what is no such change; then nothing is changed
 */
export function changeControls(state, viewer, change) {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) throw new RangeError('send an object');
  const entries = Object.entries(change);
  const unknown = entries.find(([name]) => !Object.hasOwn(changes, name));
  if (unknown) throw new RangeError(`${unknown[0]}: no such control`);
  const trial = { ...state, revoked: new Set(state.revoked) };
  for (const [name, value] of entries) changes[name]?.(trial, value, viewer);
  Object.assign(state, trial);
}
