import './navigation.js';
import { createControls } from './controls.js';
import { createEventLog } from './event-log.js';
import { watchPlayer } from './player-state.js';
import { createRefusalNews } from './refusal-news.js';
import { observeRequests } from './request-log.js';
import { createRequestTable } from './request-table.js';
import { createTimeline, sampleEvery } from './timeline.js';
import { createTokenPanel } from './token-panel.js';

/**
 * @typedef {import('secure-token-core').TokenSource} TokenSource
 * @typedef {import('./event-log.js').Tone} Tone
 * @typedef {import('./player-state.js').PlayerState} PlayerState
 */

/**
 * A player to follow.
 * @typedef {object} Subject
 * @property {TokenSource} source
 * @property {HTMLMediaElement} media
 * @property {() => number | undefined} [latency] seconds behind the live edge
 */

/** Seconds by which an edge's clock is ahead when it takes every token of these servers for expired. */
const UNPLAYABLE_CLOCK = 10;

/** @type {(state: PlayerState) => boolean} */
const isShort = ({ ahead, name }) => ahead < 1 && name !== 'ended';

const markup = `
  <dl class="tiles">
    <div><dt>Player</dt><dd data-tile="player">starting</dd></div>
    <div><dt>Buffered ahead</dt><dd data-tile="ahead">0.0 s</dd></div>
    <div data-live><dt>Behind live</dt><dd data-tile="latency">–</dd></div>
    <div><dt>Stalls</dt><dd data-tile="stalls">0</dd></div>
    <div><dt>Live tokens</dt><dd data-tile="tokens">0</dd></div>
    <div><dt>First ends in</dt><dd data-tile="next">–</dd></div>
    <div><dt>Signing calls</dt><dd data-tile="calls">0</dd></div>
    <div><dt data-refused>Refused / replayed</dt><dd data-tile="refused">0</dd></div>
  </dl>
  <section class="card" aria-label="The last minute"><h2>The last minute</h2><div data-part="timeline"></div></section>
  <div class="halves">
    <section class="card"><h2>Tokens at hand</h2><div data-part="tokens"></div></section>
    <section class="card"><h2>Requests</h2><div class="scroll" tabindex="0" role="region" aria-label="Requests"
      data-part="requests"></div></section>
  </div>`;

/**
 * Shows what the plugins do for one player or several (tokens, renewals, refusals, replays) and what the viewer notices
 * of it.
 * @param {HTMLElement} root
 * @param {object} options
 * @param {HTMLElement} options.happened where the list of what happened goes
 * @param {HTMLElement} options.controls where the buttons go
 * @param {string} options.app
 * @param {string} options.edge
 * @param {string} options.viewer
 * @param {Readonly<Record<string, string>>} [options.lanes] of the timeline
 * @param {boolean} [options.byBrowser] the requests are the browser's own, which tells no script of a refused one: only
 *   the token sources know of refusals
 * @param {string} options.whenRevoked what this player does when its viewer is revoked
 * @param {() => string | undefined} options.playing the URL that is played, without a token: the doctor asks for it
 * @param {() => void} options.onRepair what was broken is repaired: let the player try again
 */
export function createInspector(root, options) {
  const { happened, controls, app, edge, viewer, lanes, byBrowser = false, whenRevoked, playing, onRepair } = options;
  root.innerHTML = markup;
  happened.innerHTML = '<h2>What happened</h2><div data-log></div>';
  if (byBrowser) root.querySelector('[data-refused]')?.replaceChildren('Refused');
  /** @type {(name: string) => HTMLElement} */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  const timeline = createTimeline(part('timeline'), lanes);
  const addRow = createRequestTable(part('requests'));
  const tokens = createTokenPanel(part('tokens'));
  const counts = { failed: 0, refused: 0, recovered: 0 };
  /** Signing calls, by what their tokens open. */
  const calls = { url: 0, folder: 0 };
  /** @type {keyof typeof calls} */
  let tokenKind = 'url';
  /** @type {readonly TokenSource[]} */
  let sources = [];
  /** @type {readonly ReturnType<typeof watchPlayer>[]} */
  let players = [];

  /** @type {(name: string, text: string, tone?: Tone) => void} */
  const tile = (name, text, tone) => {
    const node = /** @type {HTMLElement} */ (root.querySelector(`[data-tile="${name}"]`));
    if (node.textContent !== text) node.textContent = text;
    node.dataset['tone'] = tone ?? '';
  };

  const say = createEventLog(/** @type {HTMLElement} */ (happened.querySelector('[data-log]')));
  const refusals = createRefusalNews(say, { areReplaysSeen: !byBrowser });

  const giveUpReplays = observeRequests(
    { app, edge, unsign: (url) => sources.reduce((plain, source) => source.unsign(plain), url) },
    (record) => {
      timeline.add(record);
      addRow(record);
      if (record.kind === 'signing') {
        calls[tokenKind]++;
        if (record.result !== 'ok') counts.failed++;
      } else if (byBrowser) return;
      else if (record.result === 'refused') counts.refused++;
      else if (record.isReplay && record.result === 'ok') {
        counts.recovered++;
        refusals.replayed(record.url, record.status);
      }
    },
  );

  /** The settings of the demo that are in force. @type {import('../backend/demo-state.mjs').Controls | undefined} */
  let inForce;
  createControls(controls, {
    app,
    viewer,
    whenRevoked,
    playing,
    say: (text) => say('', text),
    onControls: (now) => {
      tokenKind = now.tokens;
      inForce = now;
    },
    onChange(change) {
      if (change.revoked === false || change.endpoint === 'up' || change.edgeClock === 0) onRepair();
    },
    onRenew: () => sources.forEach((source) => void source.renew().catch(() => undefined)),
  });

  setInterval(() => {
    refusals.flush();
    const { count, next } = tokens.draw();
    tile('tokens', String(count), count > 0 ? 'good' : 'busy');
    tile('next', count > 0 ? `${next.toFixed(1)} s` : '–');
    const byKind = calls.folder > 0 ? `${calls.url} per URL, ${calls.folder} per folder` : String(calls.url);
    tile('calls', counts.failed > 0 ? `${byKind}, ${counts.failed} failed` : byKind);
    if (byBrowser) tile('refused', String(counts.refused), 'good');
    else tile('refused', `${counts.refused} / ${counts.recovered}`, counts.refused > counts.recovered ? 'bad' : 'good');
    const states = players.map((player) => player.read());
    if (states.length === 0) return;
    const join = (/** @type {(state: PlayerState) => string} */ tell) => states.map(tell).join(' / ');
    const tones = /** @type {const} */ ({ playing: 'good', waiting: 'bad' });
    const names = new Set(states.map(({ name }) => name));
    const worst = names.has('waiting') ? 'waiting' : [...names].find((name) => name !== 'playing');
    tile('player', [...names].join(' / '), tones[/** @type {'playing'} */ (worst ?? 'playing')] ?? 'busy');
    tile('ahead', `${join(({ ahead }) => ahead.toFixed(1))} s`, states.some(isShort) ? 'bad' : 'good');
    const [{ latency } = { latency: undefined }] = states;
    tile('latency', latency === undefined ? '–' : `${latency.toFixed(1)} s`);
    tile(
      'stalls',
      join(({ stalls }) => String(stalls)),
      states.some(({ stalls }) => stalls > 0) ? 'bad' : 'good',
    );
    for (const [index, { ahead, isWaiting }] of states.entries()) timeline.sample(index, ahead, isWaiting);
  }, sampleEvery);

  return {
    say,
    /** Whether nothing is broken that a player could not play with. */
    isWell: () => !inForce || (!inForce.revoked && inForce.endpoint !== 'down' && inForce.edgeClock < UNPLAYABLE_CLOCK),
    /**
     * Follows these players from now on, instead of the last ones.
     * @param {...Subject} subjects
     */
    follow(...subjects) {
      for (const player of players) player.stop();
      tokens.clear();
      giveUpReplays();
      refusals.flush(true);
      players = subjects.map(({ media, latency }) =>
        watchPlayer(media, { latency, onStall: () => say('bad', 'Playback has to wait for data.') }),
      );
      root.querySelector('[data-live]')?.toggleAttribute(
        'hidden',
        subjects.every(({ latency }) => latency === undefined),
      );
      sources = subjects.map(({ source }) => source);
      for (const source of sources) {
        source.addEventListener('tokenrenewed', ({ detail: { urls, expires } }) => tokens.add(urls, expires));
        source.addEventListener('tokenrefused', ({ detail: { url, status } }) => {
          if (byBrowser) counts.refused++;
          refusals.refused(url, status);
        });
        source.addEventListener('tokenerror', ({ detail: { error } }) => {
          if (error.code === 'ERR_TOKEN_REFUSED') {
            giveUpReplays(error.url);
            refusals.shown(error.url);
          }
          say('busy', error.message);
        });
        source.addEventListener('tokendenied', ({ detail: { error } }) => {
          giveUpReplays();
          refusals.flush(true);
          say('bad', error.message);
        });
      }
    },
  };
}
