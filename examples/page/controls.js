/**
 * What makes it hard: each button changes something at the signing endpoint or at the edge.
 * @typedef {import('../backend/demo-state.mjs').Controls} Controls
 */

const markup = `
  <h2>Make it hard</h2>
  <div class="control">
    <h3>Edge</h3>
    <div class="row">
      <button type="button" data-set='{"rotateSecret":true}'>Rotate the secret</button>
      <button type="button" data-toggle="refusing">Refuse one in five</button>
    </div>
    <fieldset class="segments"><legend>Clock</legend>
      <label><input type="radio" name="edgeClock" value="-30" />30 s slow</label>
      <label><input type="radio" name="edgeClock" value="0" checked />in step</label>
      <label><input type="radio" name="edgeClock" value="5" />5 s fast</label>
      <label><input type="radio" name="edgeClock" value="30" />30 s fast</label>
    </fieldset>
  </div>
  <div class="control">
    <fieldset class="segments"><legend class="title">Signing endpoint</legend>
      <label><input type="radio" name="endpoint" value="up" checked />up</label>
      <label><input type="radio" name="endpoint" value="slow" />half a second slow</label>
      <label><input type="radio" name="endpoint" value="down" />down</label>
    </fieldset>
    <fieldset class="segments"><legend>Tokens</legend>
      <label><input type="radio" name="tokens" value="url" checked />per URL</label>
      <label><input type="radio" name="tokens" value="folder" />per folder</label>
    </fieldset>
  </div>
  <div class="control">
    <h3>Viewer</h3>
    <div class="row">
      <button type="button" data-toggle="revoked">Revoke</button>
      <button type="button" data-action="renew">Renew now</button>
      <button type="button" data-action="reset" class="plain">Undo all</button>
    </div>
  </div>`;

/** @type {Readonly<Record<string, string>>} */
const hints = {
  rotateSecret: 'New secret: every token in hand is worthless at once. Expect refusals, each replayed with a new one.',
  'refusing true': 'The edge now answers 403 to every fifth request, good token or not. The player sees none of it.',
  'refusing false': 'The edge judges by the token alone again.',
  'revoked true': 'The endpoint denies this viewer. What is buffered plays out, then the player shows a clear error.',
  'revoked false': 'The endpoint knows this viewer again. Playback goes on where it stopped.',
  'endpoint up': 'Calls are answered at once. Playback that had to wait goes on by itself.',
  'endpoint slow':
    'Tokens are asked for ahead of need: nothing to see. Only a low-latency part is known too late to hide it all.',
  'endpoint down': 'Calls fail with 503 and are retried. Tokens last ten seconds, so the buffer is all that is left.',
  'tokens url':
    'Each URL has a token of its own again: calls ahead of need, a few URLs in each. Look at Signing calls.',
  'tokens folder': 'One token opens the whole film or channel. The edge accepts both kinds: nothing is refused.',
  'edgeClock -30': 'Tokens live half a minute longer than they say. Nothing to see.',
  'edgeClock 0': 'Edge and endpoint agree on the time.',
  'edgeClock 5': 'Tokens die five seconds early. Expect some 410, each replayed.',
  'edgeClock 30': 'Every token is dead on arrival. Nothing helps: the player reports it, and no storm of calls begins.',
};

const calm = { endpoint: 'up', tokens: 'url', edgeClock: 0, refusing: false, revoked: false };

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {string} options.app
 * @param {string} options.viewer
 * @param {(change: Partial<Controls> & { rotateSecret?: boolean }) => void} options.onChange
 * @param {(controls: Controls) => void} options.onControls what is in force now
 * @param {() => void} options.onRenew
 * @param {(text: string) => void} options.say
 */
export function createControls(root, { app, viewer, onChange, onControls, onRenew, say }) {
  root.innerHTML = markup;
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
  /** @type {(change: object, hint?: string) => void} */
  const set = (change, hint) => {
    const [[name, value] = []] = Object.entries(change);
    say(hint ?? hints[`${name} ${value}`] ?? hints[`${name}`] ?? '');
    call(change).catch(noServer);
  };

  root.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    const { set: change, toggle, action } = button?.dataset ?? {};
    if (change) set(JSON.parse(change));
    if (toggle) set({ [toggle]: button?.dataset['on'] !== 'true' });
    if (action === 'renew') onRenew();
    if (action === 'reset') set(calm, 'All is well again.');
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
  if (revoke) revoke.textContent = controls.revoked ? 'Restore' : 'Revoke';
}
