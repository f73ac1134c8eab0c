/** Milliseconds for which a button says what it has done. */
const SAID_MS = 3000;

const markup = `
  <button type="button"><span data-said>Copy</span><span class="unseen"> the code</span></button>
  <span class="unseen" role="status"></span>`;

/**
 * Puts a bar with a "Copy" button above a code block. Where a page has no clipboard (without https, or not allowed) the
 * code is selected instead, for the viewer's own Ctrl+C.
 * @param {HTMLPreElement} block
 * @param {string} [title] what the bar says at its other end
 */
export function addCopyButton(block, title = '') {
  const bar = Object.assign(document.createElement('div'), { className: 'code-bar', innerHTML: markup });
  bar.prepend(Object.assign(document.createElement('span'), { textContent: title }));
  const button = /** @type {HTMLButtonElement} */ (bar.querySelector('button'));
  const said = /** @type {HTMLElement} */ (bar.querySelector('[data-said]'));
  const status = /** @type {HTMLElement} */ (bar.querySelector('[role="status"]'));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @type {(short: string, spoken: string) => void} */
  const say = (short, spoken) => {
    said.textContent = short;
    status.textContent = spoken;
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = 'Copy';
      status.textContent = '';
    }, SAID_MS);
  };

  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText((block.textContent ?? '').trimEnd());
      say('Copied', 'Copied');
    } catch {
      getSelection()?.selectAllChildren(block);
      say('Press Ctrl+C', 'The code is selected. Press Control C, on a Mac Command C.');
    }
  });

  const frame = Object.assign(document.createElement('div'), { className: 'code' });
  block.replaceWith(frame);
  frame.append(bar, block);
}
