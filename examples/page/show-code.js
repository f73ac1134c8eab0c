import { addCopyButton } from './copy-button.js';

const matters = /secureToken\(|secureVideo\(|installSecureFetch\(|registerTokenWorker\(|source\.sign\(/;

/**
 * Shows the bodies of functions as the page runs them, with the lines that matter marked.
 * @param {HTMLElement} root
 * @param {ReadonlyArray<(...values: never[]) => unknown>} runs
 * @param {string} endpoint
 */
export function showCode(root, runs, endpoint) {
  root.innerHTML = `
    <pre tabindex="0" aria-label="The code of this page"><code></code></pre>
    <p class="hint"><code>signing</code> names the endpoint, <span class="file" data-endpoint></span>, and who asks.
      ${runs.join().includes('installSecureFetch') ? 'It also names what is protected: no player says so here.' : ''}
      ${runs.join().includes('(buffer)') ? '<code>buffer</code> only keeps hls.js from loading this small film in one go.' : ''}
      ${runs.join().includes('{ source,') ? '<code>source</code> is <code>createTokenSource(signing)</code>, shared with the download.' : ''}</p>`;
  const code = /** @type {HTMLElement} */ (root.querySelector('code'));
  const lines = runs.flatMap((run) => run.toString().split('\n').slice(1, -1));
  for (const line of lines.filter((each) => !/^\s*return\b/.test(each))) {
    const node = document.createElement(matters.test(line) ? 'mark' : 'span');
    node.textContent = line.trim();
    code.append(node, '\n');
  }
  /** @type {HTMLElement} */ (root.querySelector('[data-endpoint]')).textContent = endpoint;
  addCopyButton(/** @type {HTMLPreElement} */ (root.querySelector('pre')), 'The code of this page');
}
