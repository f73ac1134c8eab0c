import { createDoctor } from './doctor.js';

/**
 * The buttons that break something: each changes something at the signing endpoint or at the edge.
 * @typedef {import('../backend/demo-state.mjs').Controls} Controls
 */

const markup = `
  <h2>Break something</h2>
  <div class="control">
    <h3>Edge</h3>
    <div class="row">
      <button type="button" data-set='{"rotateSecret":true}'>Rotate the secret</button>
      <button type="button" data-toggle="refusing">Refuse 1 request in 5</button>
    </div>
    <fieldset class="segments"><legend>Edge clock</legend>
      <label><input type="radio" name="edgeClock" value="-30" />30 s behind</label>
      <label><input type="radio" name="edgeClock" value="0" checked />right</label>
      <label><input type="radio" name="edgeClock" value="5" />5 s ahead</label>
      <label><input type="radio" name="edgeClock" value="30" />30 s ahead</label>
    </fieldset>
  </div>
  <div class="control">
    <h3>Signing endpoint</h3>
    <fieldset class="segments"><legend>It answers</legend>
      <label><input type="radio" name="endpoint" value="up" checked />at once</label>
      <label><input type="radio" name="endpoint" value="slow" />0.5 s late</label>
      <label><input type="radio" name="endpoint" value="down" />503, it is down</label>
    </fieldset>
    <fieldset class="segments"><legend>One token opens</legend>
      <label><input type="radio" name="tokens" value="url" checked />one URL</label>
      <label><input type="radio" name="tokens" value="folder" />a whole folder</label>
    </fieldset>
  </div>
  <div class="control">
    <h3>Viewer</h3>
    <div class="row">
      <button type="button" data-toggle="revoked">Revoke access</button>
      <button type="button" data-action="renew">Renew the tokens now</button>
    </div>
    <div class="row">
      <button type="button" data-action="doctor">Ask the doctor</button>
      <button type="button" data-action="reset" class="plain">Undo everything</button>
    </div>
  </div>
  <div data-diagnosis aria-live="polite"></div>`;

/** @type {Readonly<Record<string, string>>} */
const hints = {
  rotateSecret:
    'Endpoint and edge have a new secret. The edge refuses every token made before; the plugin sends each refused request again with a new one.',
  'refusing true':
    'The edge answers 403 to every fifth request, good token or not. The plugin sends it again: the player sees none of it.',
  'refusing false': 'The edge looks at the token alone again.',
  'revoked true': 'The endpoint denies this viewer.',
  'revoked false': 'The endpoint gives this viewer tokens again. The film goes on where it stands.',
  'endpoint up': 'The endpoint answers at once. What had to wait for a token goes on by itself.',
  'endpoint slow':
    'The endpoint takes half a second. The plugin asks ahead of need, so there is nothing to see, except with low latency: its next part is known too late.',
  'endpoint down':
    'The endpoint answers 503, and the plugin calls it again and again. Tokens last ten seconds, so the film plays as long as its buffer.',
  'tokens url': 'The endpoint makes one token for each URL again, a few with each call. See Signing calls.',
  'tokens folder': 'One token opens the whole film or channel. The edge accepts both kinds, so it refuses nothing.',
  'edgeClock -30': 'The edge accepts each token half a minute longer than it should. There is nothing to see.',
  'edgeClock 0': 'Edge and endpoint agree on the time.',
  'edgeClock 5':
    'The edge takes a token for expired five seconds early. It answers 410 now and then; the plugin sends the request again.',
  'edgeClock 30':
    'The edge takes each new token for expired. Nothing helps: the player reports it, and the plugin calls the endpoint no more often than before.',
};

/** @type {Partial<Controls>} */
const calm = { endpoint: 'up', tokens: 'url', edgeClock: 0, refusing: false, revoked: false };

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {string} options.app
 * @param {string} options.viewer
 * @param {string} options.whenRevoked what the player of this page does then
 * @param {(change: Partial<Controls> & { rotateSecret?: boolean }) => void} options.onChange
 * @param {(controls: Controls) => void} options.onControls what is in force now
 * @param {() => void} options.onRenew
 * @param {() => string | undefined} options.playing the URL that the page plays, without a token
 * @param {(text: string) => void} options.say
 */
export function createControls(root, { app, viewer, whenRevoked, onChange, onControls, onRenew, playing, say }) {
  root.innerHTML = markup;
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  const button = /** @type {HTMLButtonElement} */ (find('[data-action="doctor"]'));
  const doctor = createDoctor(find('[data-diagnosis]'), { app, viewer, button, playing });
  const noServer = () => say('The example server does not answer. Is it still running?');

  /** @type {(change?: object) => Promise<void>} */
  const call = async (change) => {
    const response = await fetch(`${app}/controls`, {
      headers: { 'X-Viewer': viewer, ...(change && { 'Content-Type': 'application/json' }) },
      ...(change && { method: 'PATCH', body: JSON.stringify(change) }),
    });
    const controls = await response.json();
    show(root, controls);
    onControls(controls);
    if (change) onChange(change);
  };
  /** @type {(change: Partial<Controls>, hint?: string) => void} */
  const set = (change, hint) => {
    const [[name, value] = []] = Object.entries(change);
    const text = hint ?? hints[`${name} ${value}`] ?? hints[`${name}`] ?? '';
    say(change.revoked ? `${text} ${whenRevoked}` : text);
    doctor.forget();
    call(change).catch(noServer);
  };

  root.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    const { set: change, toggle, action } = button?.dataset ?? {};
    if (change) set(JSON.parse(change));
    if (toggle) set({ [toggle]: button?.dataset['on'] !== 'true' });
    if (action === 'renew') onRenew();
    if (action === 'reset') set(calm, 'Nothing is broken any more. The film goes on where it stands.');
  });
  root.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    set({ [target.name]: target.name === 'edgeClock' ? Number(target.value) : target.value });
  });
  call().catch(noServer);
}

/** @type {(root: HTMLElement, controls: Controls) => void} */
function show(root, controls) {
  for (const [name, value] of Object.entries(controls)) {
    /** @type {HTMLElement | null} */
    const toggle = root.querySelector(`[data-toggle="${name}"]`);
    if (toggle) toggle.dataset['on'] = String(value);
    const radio = root.querySelector(`input[name="${name}"][value="${value}"]`);
    if (radio instanceof HTMLInputElement) radio.checked = true;
  }
  // One of the two is a state, the other one a pair of actions.
  root.querySelector('[data-toggle="refusing"]')?.setAttribute('aria-pressed', String(controls.refusing));
  const revoke = root.querySelector('[data-toggle="revoked"]');
  if (revoke) revoke.textContent = controls.revoked ? 'Restore access' : 'Revoke access';
}
