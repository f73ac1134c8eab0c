import { randomBytes } from 'node:crypto';

/** @typedef {'up' | 'slow' | 'down'} EndpointMode */
/** @typedef {'url' | 'folder'} TokenKind what a token of the endpoint opens */

/**
 * The settings that the buttons of the pages change: one set for each running server. Only revocation is per viewer.
 * @typedef {object} DemoState
 * @property {string} secret what endpoint and edge share
 * @property {number} rotations how often the secret was replaced
 * @property {EndpointMode} endpoint
 * @property {TokenKind} tokens
 * @property {number} edgeClock seconds that the edge's clock is ahead
 * @property {boolean} refusing the edge refuses every fifth request, good token or not
 * @property {Set<string>} revoked viewers
 */

/** @returns {DemoState} */
export const createDemoState = () => ({
  secret: createSecret(),
  rotations: 0,
  endpoint: 'up',
  tokens: 'url',
  edgeClock: 0,
  refusing: false,
  revoked: new Set(),
});

const createSecret = () => randomBytes(24).toString('base64url');

/**
 * The part of the demo's state that a page may know and change, which leaves out the secret.
 * @typedef {object} Controls
 * @property {EndpointMode} endpoint
 * @property {TokenKind} tokens
 * @property {number} edgeClock
 * @property {boolean} refusing
 * @property {number} rotations
 * @property {boolean} revoked
 */

/** @type {(state: DemoState, viewer: string) => Controls} */
export const readControls = ({ endpoint, tokens, edgeClock, refusing, rotations, revoked }, viewer) => ({
  endpoint,
  tokens,
  edgeClock,
  refusing,
  rotations,
  revoked: revoked.has(viewer),
});

/** @type {Readonly<Record<string, (state: DemoState, value: any, viewer: string) => void>>} */
const changes = {
  endpoint(state, value) {
    if (!['up', 'slow', 'down'].includes(value)) throw new RangeError('endpoint: up, slow or down');
    state.endpoint = value;
  },
  tokens(state, value) {
    if (!['url', 'folder'].includes(value)) throw new RangeError('tokens: url or folder');
    state.tokens = value;
  },
  edgeClock(state, value) {
    if (!Number.isInteger(value) || Math.abs(value) > 3600) throw new RangeError('edgeClock: up to 3600 seconds');
    state.edgeClock = value;
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
    state.secret = createSecret();
    state.rotations++;
  },
};

/**
 * @param {DemoState} state
 * @param {string} viewer
 * @param {unknown} change some of the controls; `rotateSecret: true` replaces the secret
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
