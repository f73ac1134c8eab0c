import './navigation.js';
import { createControls } from './controls.js';
import { createEventLog } from './event-log.js';
import { createFigures } from './figures.js';
import { watchPlayer } from './player-state.js';
import { createRefusalNews } from './refusal-news.js';
import { observeRequests } from './request-log.js';
import { createRequestTable } from './request-table.js';
import { createTimeline, sampleEvery } from './timeline.js';
import { createTokenPanel } from './token-panel.js';

/**
 * @typedef {import('secure-token-core').TokenSource} TokenSource
 * @typedef {import('./event-log.js').Tone} Tone
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

const markup = `
  <div class="proof">
    <section class="card" aria-label="The last minute"><h2>The last minute</h2><div data-part="timeline"></div></section>
    <section class="card" id="happened" aria-label="What happened"><h2>What happened</h2><div data-log></div></section>
  </div>
  <div class="halves">
    <section class="card"><h2>Tokens at hand</h2>
      <dl class="facts">
        <div><dt>Live tokens</dt><dd data-tile="tokens">0</dd></div>
        <div><dt>First ends in</dt><dd data-tile="next">–</dd></div>
        <div><dt>Signing calls</dt><dd data-tile="kinds">0</dd></div>
        <div><dt>Buffered ahead</dt><dd data-tile="ahead">0.0 s</dd></div>
        <div data-live><dt>Behind live</dt><dd data-tile="latency">–</dd></div>
      </dl>
      <div data-part="tokens"></div>
    </section>
    <section class="card"><h2>Requests</h2><div class="scroll" tabindex="0" role="region" aria-label="Requests"
      data-part="requests"></div></section>
  </div>
  <section class="card" id="more" aria-label="More to try"></section>`;

/**
 * Shows what the plugin does for a player (tokens, renewals, refusals, replays) and what the viewer notices of it.
 * @param {HTMLElement} root
 * @param {object} options
 * @param {HTMLElement} options.player the card of the player: its figures go there
 * @param {HTMLElement} options.controls where the buttons go
 * @param {HTMLElement | undefined} [options.byHand] the card of a player that signs by hand; its figures go there
 * @param {string} options.app
 * @param {string} options.edge
 * @param {string | undefined} options.doctor URL at which the doctor answers
 * @param {string} options.viewer
 * @param {Readonly<Record<string, string>>} [options.lanes] of the timeline
 * @param {boolean} [options.byBrowser] the requests are the browser's own, which tells no script of a refused one: only
 *   the token source knows of refusals
 * @param {string} options.whenRevoked what this player does when its viewer is revoked
 * @param {() => string | undefined} options.playing the URL that is played, without a token: the doctor asks for it
 * @param {() => void} options.onRepair what was broken is repaired: let the player try again
 * @param {() => void} [options.onReset] all that is broken is repaired at once
 */
export function createInspector(root, options) {
  const { player: card, controls, byHand, app, edge, doctor, viewer, lanes, byBrowser = false } = options;
  const { whenRevoked, playing, onRepair, onReset = () => undefined } = options;
  root.innerHTML = markup;
  /** @type {(name: string) => HTMLElement} */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  const timeline = createTimeline(part('timeline'), { lanes, byHand: byHand !== undefined });
  const addRow = createRequestTable(part('requests'));
  const tokens = createTokenPanel(part('tokens'));
  const figures = createFigures(card, { attribute: 'tile', refused: byBrowser ? 'Refused' : 'Refused / replayed' });
  const figuresByHand = byHand && createFigures(byHand, { attribute: 'by-hand', refused: 'Refused' });
  const counts = { failed: 0, requests: 0, refused: 0, recovered: 0, seen: 0 };
  const countsByHand = { calls: 0, requests: 0, refused: 0, failed: 0 };
  /** Signing calls, by what their tokens open. */
  const calls = { url: 0, folder: 0 };
  /** @type {keyof typeof calls} */
  let tokenKind = 'url';
  /** @type {TokenSource | undefined} */
  let source;
  /** @type {ReturnType<typeof watchPlayer> | undefined} */
  let player;
  /** @type {ReturnType<typeof watchPlayer> | undefined} */
  let playerByHand;

  /** @type {(name: string, text: string, tone?: Tone) => void} */
  const tile = (name, text, tone) => {
    const node = /** @type {HTMLElement} */ (root.querySelector(`[data-tile="${name}"]`));
    if (node.textContent !== text) node.textContent = text;
    node.dataset['tone'] = tone ?? '';
  };

  const say = createEventLog(/** @type {HTMLElement} */ (root.querySelector('[data-log]')));
  const refusals = createRefusalNews(say, { areReplaysSeen: !byBrowser });

  const giveUpReplays = observeRequests({ app, edge, unsign: (url) => source?.unsign(url) ?? url }, (record) => {
    if (record.isByHand) {
      if (record.kind === 'signing') countsByHand.calls++;
      else countsByHand.requests++;
      if (record.kind !== 'signing' && record.result === 'refused') countsByHand.refused++;
      return;
    }
    timeline.add(record);
    addRow(record);
    if (record.kind === 'signing') {
      calls[tokenKind]++;
      if (record.result !== 'ok') counts.failed++;
      return;
    }
    counts.requests++;
    if (byBrowser) return;
    if (record.result === 'refused') counts.refused++;
    else if (record.isReplay && record.result === 'ok') {
      counts.recovered++;
      refusals.replayed(record.url, record.status);
    }
  });

  /** The settings of the demo that are in force. @type {import('../backend/demo-state.mjs').Controls | undefined} */
  let inForce;
  createControls(
    { root: controls, more: /** @type {HTMLElement} */ (root.querySelector('#more')) },
    {
      app,
      doctor,
      viewer,
      whenRevoked,
      playing,
      onRepair,
      onReset,
      say: (text) => say('', text),
      onControls: (now) => {
        tokenKind = now.tokens;
        inForce = now;
      },
      onRenew: () => void source?.renew().catch(() => undefined),
    },
  );

  setInterval(() => {
    refusals.flush();
    const { count, next } = tokens.draw();
    tile('tokens', String(count), count > 0 ? 'good' : 'busy');
    tile('next', count > 0 ? `${next.toFixed(1)} s` : '–');
    const failed = counts.failed > 0 ? `, ${counts.failed} failed` : '';
    tile('kinds', `${calls.url} per URL, ${calls.folder} per folder${failed}`);
    const isOpen = counts.refused > counts.recovered;
    const refused = byBrowser ? String(counts.refused) : `${counts.refused} / ${counts.recovered}`;
    figures.show('calls', String(calls.url + calls.folder));
    figures.show('requests', String(counts.requests));
    figures.show('refused', refused, isOpen && !byBrowser ? 'busy' : '');
    figures.show('seen', String(counts.seen), counts.seen > 0 ? 'bad' : 'good');
    if (player) {
      const state = player.read();
      figures.showPlayer(state);
      const isShort = state.ahead < 1 && state.name !== 'ended';
      tile('ahead', `${state.ahead.toFixed(1)} s`, isShort ? 'bad' : '');
      tile('latency', state.latency === undefined ? '–' : `${state.latency.toFixed(1)} s`);
      timeline.sample('buffer', state);
    }
    if (playerByHand) {
      const state = playerByHand.read();
      figuresByHand?.showPlayer(state);
      timeline.sample('by-hand', state);
    }
    figuresByHand?.show('calls', String(countsByHand.calls));
    figuresByHand?.show('requests', String(countsByHand.requests));
    figuresByHand?.show('refused', byBrowser ? '–' : String(countsByHand.refused));
    // no script is told of a refused request of the browser's own: the element tells of a film that has ended
    const seenByHand = byBrowser ? countsByHand.failed : countsByHand.refused;
    figuresByHand?.show('seen', String(seenByHand), seenByHand > 0 ? 'bad' : 'good');
  }, sampleEvery);

  /** Says how long the first token and the first picture took. @type {(of: TokenSource, media: HTMLMediaElement) => void} */
  const tellStart = (of, media) => {
    const from = performance.now();
    const after = () => `${((performance.now() - from) / 1000).toFixed(1)} s`;
    of.addEventListener('tokenrenewed', () => say('', `First token after ${after()}`), { once: true });
    media.addEventListener('playing', () => say('', `First picture after ${after()}`), { once: true });
  };

  return {
    say,
    /** Whether nothing is broken that a player could not play with. */
    isWell: () => !inForce || (!inForce.revoked && inForce.stoppedFor === 0 && inForce.edgeClock < UNPLAYABLE_CLOCK),
    /**
     * Follows this player from now on, instead of the last one.
     * @param {Subject} subject
     */
    follow({ source: followed, media, latency }) {
      player?.stop();
      tokens.clear();
      giveUpReplays();
      refusals.flush(true);
      player = watchPlayer(media, { latency, onStall: () => say('bad', 'Playback has to wait for data.') });
      root.querySelector('[data-live]')?.toggleAttribute('hidden', latency === undefined);
      source = followed;
      tellStart(followed, media);
      followed.addEventListener('tokenrenewed', ({ detail: { urls, expires } }) => tokens.add(urls, expires));
      followed.addEventListener('tokenrefused', ({ detail: { url, status } }) => {
        if (byBrowser) counts.refused++;
        refusals.refused(url, status);
      });
      followed.addEventListener('tokenerror', ({ detail: { error } }) => {
        if (error.code === 'ERR_TOKEN_REFUSED') {
          counts.seen++;
          giveUpReplays(error.url);
          refusals.shown(error.url);
        }
        say('busy', error.message);
      });
      followed.addEventListener('tokendenied', ({ detail: { error } }) => {
        giveUpReplays();
        refusals.flush(true);
        say('bad', error.message);
      });
    },
    /** Follows this element as the player that signs by hand. @type {(media: HTMLMediaElement) => void} */
    followByHand(media) {
      playerByHand?.stop();
      playerByHand = watchPlayer(media, { onStall: () => undefined });
      media.addEventListener('error', () => countsByHand.failed++);
    },
  };
}
