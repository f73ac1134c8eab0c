/**
 * Asks the doctor what is wrong with the URL that the page plays, and shows what it finds.
 * @param {HTMLElement} root where the findings go
 * @param {object} options
 * @param {string | undefined} options.address URL at which the doctor answers
 * @param {string} options.viewer
 * @param {HTMLButtonElement} options.button
 * @param {() => string | undefined} options.playing the URL, without a token
 */
export function createDoctor(root, { address, viewer, button, playing }) {
  /** The number of changes since the page was opened: an older diagnosis is none any more. */
  let changes = 0;

  button.addEventListener('click', async () => {
    const url = playing();
    if (button.disabled || url === undefined || address === undefined) return;
    const asked = changes;
    button.disabled = true;
    tell(root, 'The doctor asks edge and endpoint …');
    const show = await ask(address, viewer, url);
    button.disabled = false;
    if (asked === changes) show(root);
  });

  return {
    /** Takes back what was found: something is another way now. */
    forget() {
      changes++;
      root.replaceChildren();
    },
  };
}

/** @typedef {import('secure-token-cli/doctor').Finding} Shown */

/** @type {(address: string, viewer: string, url: string) => Promise<(root: HTMLElement) => void>} */
async function ask(address, viewer, url) {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'X-Viewer': viewer, 'Content-Type': 'application/json' },
      body: JSON.stringify({ url }),
    });
    if (response.status === 429) return (root) => tell(root, 'The doctor is busy with another page. Ask again.');
    /** @type {{ findings: readonly Shown[] }} */
    const { findings } = await response.json();
    return (root) => (findings.length > 0 ? list(root, findings) : tell(root, 'Nothing is wrong.'));
  } catch {
    return (root) => tell(root, 'The example server does not answer. Is it still running?');
  }
}

/** @type {(root: HTMLElement, text: string) => void} */
const tell = (root, text) => root.replaceChildren(element('p', 'hint', text));

/** Causes stand before what follows from them. @type {(root: HTMLElement, findings: readonly Shown[]) => void} */
function list(root, findings) {
  const items = findings.map(({ code, severity, message, remedy, url }) => {
    const item = document.createElement('li');
    const title = document.createElement('p');
    const rank = element('strong', '', severity);
    rank.dataset['tone'] = tones[severity];
    title.append(rank, ' ', element('code', '', code), ' ', element('span', 'quiet', url));
    item.append(title, element('p', '', message), element('p', 'quiet', remedy));
    return item;
  });
  const findingList = element('ol', 'findings', '');
  findingList.append(...items);
  root.replaceChildren(findingList);
}

/** @type {Readonly<Record<Shown['severity'], import('./event-log.js').Tone>>} */
const tones = { error: 'bad', warning: 'busy', note: '' };

/** @type {(name: string, className: string, text: string) => HTMLElement} */
const element = (name, className, text) =>
  Object.assign(document.createElement(name), { className, textContent: text });
