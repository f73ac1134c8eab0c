/**
 * Shows the body of a function as the page runs it, with the line that matters marked.
 * @param {HTMLElement} root
 * @param {(...values: never[]) => unknown} run
 * @param {string} endpoint
 */
export function showCode(root, run, endpoint) {
  root.innerHTML = `
    <pre tabindex="0" aria-label="The code of this page"><code></code></pre>
    <p class="hint"><code>signing</code> names the endpoint, <span class="file" data-endpoint></span>, and who asks.
      ${run.toString().includes('(buffer)') ? '<code>buffer</code> only keeps hls.js from loading this small film in one go.' : ''}</p>`;
  const code = /** @type {HTMLElement} */ (root.querySelector('code'));
  // Without the first line, the return and the closing brace.
  for (const line of run.toString().split('\n').slice(1, -2)) {
    const node = document.createElement(line.includes('secureToken(') ? 'mark' : 'span');
    node.textContent = line.trim();
    code.append(node, '\n');
  }
  /** @type {HTMLElement} */ (root.querySelector('[data-endpoint]')).textContent = endpoint;
}
