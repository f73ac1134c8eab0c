import { createDoctor } from './doctor.js';
import { sleep } from './sleep.js';

/**
 * The buttons that break something: each changes something at the signing endpoint, at the edge or at the viewer's.
 * @typedef {import('../backend/demo-state.mjs').Controls} Controls
 * @typedef {import('../backend/demo-state.mjs').Change} Change
 */

/** How long the button lets the machine sleep, in seconds: no token survives that. */
const NIGHT = 60;

const markup = `
  <h2>What goes wrong</h2>
  <button type="button" data-set='{"rotateSecret":true}'>Rotate the secret</button>
  <div class="row together" role="group" aria-label="Stop the signing endpoint">
    <span data-stopped>Stop the endpoint</span>
    <button type="button" data-set='{"stoppedFor":8}'>8 s</button>
    <button type="button" data-set='{"stoppedFor":40}'>40 s</button>
  </div>
  <button type="button" data-toggle="revoked">Deny the viewer</button>
  <fieldset class="segments"><legend>The viewer’s clock</legend>
    <label><input type="radio" name="viewerClock" value="-3600" />1 h slow</label>
    <label><input type="radio" name="viewerClock" value="0" checked />right</label>
    <label><input type="radio" name="viewerClock" value="3600" />1 h fast</label>
  </fieldset>
  <button type="button" data-action="sleep">Sleep for a minute</button>
  <button type="button" data-action="reset" class="plain">Undo everything</button>`;

const moreMarkup = `
  <h2>More to try</h2>
  <fieldset class="segments"><legend>The edge’s clock</legend>
    <label><input type="radio" name="edgeClock" value="-30" />30 s behind</label>
    <label><input type="radio" name="edgeClock" value="0" checked />on time</label>
    <label><input type="radio" name="edgeClock" value="5" />5 s ahead</label>
    <label><input type="radio" name="edgeClock" value="30" />30 s ahead</label>
  </fieldset>
  <fieldset class="segments"><legend>The endpoint answers</legend>
    <label><input type="radio" name="slow" value="false" checked />at once</label>
    <label><input type="radio" name="slow" value="true" />0.5 s late</label>
  </fieldset>
  <fieldset class="segments"><legend>One token opens</legend>
    <label><input type="radio" name="tokens" value="url" checked />one URL</label>
    <label><input type="radio" name="tokens" value="folder" />a whole folder</label>
  </fieldset>
  <div class="row">
    <button type="button" data-toggle="refusing">Refuse 1 request in 5</button>
    <button type="button" data-action="renew">Renew the tokens now</button>
    <button type="button" data-action="doctor">Ask the doctor</button>
  </div>
  <div data-diagnosis aria-live="polite"></div>`;

/** @type {Readonly<Record<string, string>>} */
const hints = {
  rotateSecret:
    'Endpoint and edge have a new secret: tokens made before are refused. The plugin sends each refused request again, with a new one.',
  'refusing true':
    'The edge answers 403 to every fifth request, good token or not. The plugin sends it again: the player sees none of it.',
  'refusing false': 'The edge looks at the token alone again.',
  'revoked true': 'The endpoint denies this viewer.',
  'revoked false': 'The viewer has logged in, and gets tokens again. The film goes on where it stands.',
  'stoppedFor 8': 'The endpoint answers 503 for 8 s. Tokens at hand live on: the film plays from its buffer.',
  'stoppedFor 40':
    'The endpoint answers 503 for 40 s, longer than the buffer. The picture waits, and goes on by itself when the endpoint is back.',
  'slow false': 'The endpoint answers at once.',
  'slow true':
    'The endpoint takes half a second. The plugin asks ahead of need, so there is nothing to see, except with low latency: its next part is known too late.',
  'tokens url': 'The endpoint makes one token for each URL again, a few with each call. See Signing calls.',
  'tokens folder': 'One token opens the whole film or channel. The edge accepts both kinds, so it refuses nothing.',
  'edgeClock -30': 'The edge accepts each token half a minute longer than it should. There is nothing to see.',
  'edgeClock 0': 'Edge and endpoint agree on the time.',
  'edgeClock 5':
    'The edge takes a token for expired five seconds early. It answers 410 now and then; the plugin sends the request again.',
  'edgeClock 30':
    'The edge takes each new token for expired. Nothing helps: the player reports it, and the plugin calls the endpoint no more often than before.',
  'viewerClock -3600': 'The viewer’s clock is an hour slow. The plugin goes by the endpoint’s clock: nothing to see.',
  'viewerClock 0': 'The viewer’s clock is right.',
  'viewerClock 3600': 'The viewer’s clock is an hour fast. The plugin goes by the endpoint’s clock: nothing to see.',
  sleep: 'The machine sleeps for a minute. Every token has ended when it wakes up: one call, and the film goes on.',
  awake: 'The machine is awake again. All clocks have gone on by a minute.',
};

/** @type {Change} */
const calm = { stoppedFor: 0, slow: false, tokens: 'url', edgeClock: 0, refusing: false, revoked: false };

/**
 * @param {{ root: HTMLElement, more: HTMLElement }} roots the buttons, and those that fewer viewers need
 * @param {object} options
 * @param {string} options.app
 * @param {string | undefined} options.doctor URL at which the doctor answers, if there is one
 * @param {string} options.viewer
 * @param {string} options.whenRevoked what the player of this page does then
 * @param {() => void} options.onRepair called when something that was broken is well again
 * @param {() => void} options.onReset called when all that is broken is repaired at once
 * @param {(controls: Controls) => void} options.onControls what is in force now
 * @param {() => void} options.onRenew
 * @param {() => string | undefined} options.playing the URL that the page plays, without a token
 * @param {(text: string) => void} options.say
 */
export function createControls({ root, more }, options) {
  const { app, doctor: address, viewer, whenRevoked, onRepair, onReset, onControls, onRenew, playing, say } = options;
  root.innerHTML = markup;
  more.innerHTML = moreMarkup;
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (more.querySelector(selector));
  const button = /** @type {HTMLButtonElement} */ (find('[data-action="doctor"]'));
  button.hidden = address === undefined;
  const doctor = createDoctor(find('[data-diagnosis]'), { address, viewer, button, playing });
  const noServer = () => say('The example server does not answer. Is it still running?');
  const stop = createStop(/** @type {HTMLElement} */ (root.querySelector('[data-stopped]')), () => {
    say('The endpoint answers again.');
    call().then(onRepair, noServer);
  });

  /** @type {(change?: Change) => Promise<void>} */
  const call = async (change) => {
    const response = await fetch(`${app}/controls`, {
      headers: { 'X-Viewer': viewer, ...(change && { 'Content-Type': 'application/json' }) },
      ...(change && { method: 'PATCH', body: JSON.stringify(change) }),
    });
    /** @type {Controls} */
    const controls = await response.json();
    for (const each of [root, more]) show(each, controls);
    stop.show(controls.stoppedFor);
    onControls(controls);
    if (change && (change.revoked === false || change.stoppedFor === 0 || change.edgeClock === 0)) onRepair();
  };
  /** @type {(change: Change, hint?: string) => void} */
  const set = (change, hint) => {
    const [[name, value] = []] = Object.entries(change);
    const text = hint ?? hints[`${name} ${value}`] ?? hints[`${name}`] ?? '';
    say(change.revoked ? `${text} ${whenRevoked}` : text);
    doctor.forget();
    call(change).catch(noServer);
  };
  /** @type {(seconds: number, hint?: string) => void} */
  const setViewerClock = (seconds, hint) => {
    window.viewerClock.set(seconds);
    showChoice(root, 'viewerClock', seconds);
    if (hint) say(hint);
  };

  const onClick = (/** @type {MouseEvent} */ { target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    const { set: change, toggle, action } = button?.dataset ?? {};
    if (change) set(JSON.parse(change));
    if (toggle) set({ [toggle]: button?.dataset['on'] !== 'true' });
    if (action === 'renew') onRenew();
    if (action === 'sleep') {
      say(hints['sleep'] ?? '');
      sleep(NIGHT, () => call({ sleep: NIGHT })).then(() => say(hints['awake'] ?? ''), noServer);
    }
    if (action === 'reset') {
      setViewerClock(0);
      set(calm, 'Nothing is broken any more. The film goes on where it stands.');
      onReset();
    }
  };
  const onChange = (/** @type {Event} */ { target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const { name, value } = target;
    if (name === 'viewerClock') setViewerClock(Number(value), hints[`viewerClock ${value}`]);
    else set({ [name]: name === 'tokens' ? value : JSON.parse(value) });
  };
  for (const each of [root, more]) {
    each.addEventListener('click', onClick);
    each.addEventListener('change', onChange);
  }
  showChoice(root, 'viewerClock', window.viewerClock.wrong);
  call().catch(noServer);
}

/**
 * Counts the seconds down until the endpoint answers again.
 * @param {HTMLElement} node
 * @param {() => void} onEnd
 */
function createStop(node, onEnd) {
  const calmText = node.textContent;
  let until = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const tick = () => {
    const left = until - performance.now();
    node.textContent = left > 0 ? `Stopped: ${Math.ceil(left / 1000)} s` : calmText;
    node.dataset['tone'] = left > 0 ? 'bad' : '';
    if (left > 0) return;
    clearInterval(timer);
    onEnd();
  };
  return {
    /** @type {(seconds: number) => void} */
    show(seconds) {
      clearInterval(timer);
      until = performance.now() + seconds * 1000;
      if (seconds > 0) {
        timer = setInterval(tick, 250);
        tick();
      } else {
        node.textContent = calmText;
        node.dataset['tone'] = '';
      }
    },
  };
}

/** @type {(root: HTMLElement, controls: Controls) => void} */
function show(root, controls) {
  for (const [name, value] of Object.entries(controls)) {
    /** @type {HTMLElement | null} */
    const toggle = root.querySelector(`[data-toggle="${name}"]`);
    if (toggle) toggle.dataset['on'] = String(value);
    showChoice(root, name, value);
  }
  // One of the two is a state, the other one a pair of actions.
  root.querySelector('[data-toggle="refusing"]')?.setAttribute('aria-pressed', String(controls.refusing));
  const revoke = root.querySelector('[data-toggle="revoked"]');
  if (revoke) revoke.textContent = controls.revoked ? 'Log in' : 'Deny the viewer';
}

/** @type {(root: HTMLElement, name: string, value: unknown) => void} */
function showChoice(root, name, value) {
  const radio = root.querySelector(`input[name="${name}"][value="${value}"]`);
  if (radio instanceof HTMLInputElement) radio.checked = true;
}
