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
    <fieldset class="segments"><legend>Its clock</legend>
      <label><input type="radio" name="edgeClock" value="-30" />30 s slow</label>
      <label><input type="radio" name="edgeClock" value="0" checked />in step</label>
      <label><input type="radio" name="edgeClock" value="5" />5 s fast</label>
      <label><input type="radio" name="edgeClock" value="30" />30 s fast</label>
    </fieldset>
  </div>
  <div class="control">
    <h3>Signing endpoint</h3>
    <fieldset class="segments"><legend>It is</legend>
      <label><input type="radio" name="endpoint" value="up" checked />up</label>
      <label><input type="radio" name="endpoint" value="slow" />half a second slow</label>
      <label><input type="radio" name="endpoint" value="down" />down</label>
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
  rotateSecret: 'New secret. Every token in hand is worthless at once. Expect refusals, each replayed with a new token.',
  'refusing true': 'The edge now answers 403 to every fifth request, whatever its token. Each is replayed; the player sees none.',
  'refusing false': 'The edge judges by the token alone again.',
  'revoked true': 'The endpoint denies this viewer. What is buffered plays out, then the player shows a clear error.',
  'revoked false': 'The endpoint knows this viewer again. Playback goes on where it stopped.',
  'endpoint up': 'Calls are answered at once. Playback that had to wait goes on by itself.',
  'endpoint slow': 'Tokens are asked for ahead of need, so half a second costs nothing.',
  'endpoint down': 'Calls fail with 503 and are retried. With tokens of ten seconds, the buffer is what is left to play.',
  'edgeClock -30': 'Tokens live half a minute longer than they say. Nothing to see.',
  'edgeClock 0': 'Edge and endpoint agree on the time.',
  'edgeClock 5': 'Tokens die five seconds early. Expect some 410, each replayed.',
  'edgeClock 30': 'Every token is dead on arrival. Nothing can help: the player reports it and does not storm the endpoint.',
};

const calm = { endpoint: 'up', edgeClock: 0, refusing: false, revoked: false };

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {string} options.app
 * @param {string} options.viewer
 * @param {(change: Partial<Controls> & { rotateSecret?: boolean }) => void} options.onChange
 * @param {() => void} options.onRenew
 * @param {(text: string) => void} options.say
 */
export function createControls(root, { app, viewer, onChange, onRenew, say }) {
  root.innerHTML = markup;
  const noServer = () => say('The example server does not answer. Is it still running?');

  /** @type {(change?: object) => Promise<void>} */
  const call = async (change) => {
    const response = await fetch(`${app}/controls`, {
      headers: { 'X-Viewer': viewer, ...(change && { 'Content-Type': 'application/json' }) },
      ...(change && { method: 'PATCH', body: JSON.stringify(change) }),
    });
    show(root, await response.json());
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
    if (toggle) set({ [toggle]: button?.ariaPressed !== 'true' });
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
    const toggle = root.querySelector(`[data-toggle="${name}"]`);
    if (toggle) toggle.ariaPressed = String(value);
    const radio = root.querySelector(`input[name="${name}"][value="${value}"]`);
    if (radio instanceof HTMLInputElement) radio.checked = true;
  }
  const revoke = root.querySelector('[data-toggle="revoked"]');
  if (revoke) revoke.textContent = controls.revoked ? 'Restore' : 'Revoke';
}
