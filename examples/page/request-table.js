/** @typedef {import('./request-log.js').RequestRecord} RequestRecord */

const rows = 12;
const names = { signing: 'signing call', playlist: 'playlist', segment: 'segment', other: 'key, subtitle' };

/**
 * The last requests, newest first.
 * @param {HTMLElement} root
 * @returns {(record: RequestRecord) => void}
 */
export function createRequestTable(root) {
  root.innerHTML = `
    <table>
      <thead><tr><th scope="col">Time</th><th scope="col">Request</th><th scope="col">Status</th>
        <th scope="col" class="number">Took</th><th scope="col" class="wide">Token</th></tr></thead>
      <tbody></tbody>
    </table>`;
  const body = /** @type {HTMLElement} */ (root.querySelector('tbody'));
  return ({ kind, label, status, result, isReplay, token, start, end }) => {
    const row = document.createElement('tr');
    row.title = names[kind];
    const time = new Date(performance.timeOrigin + start).toLocaleTimeString('en-GB');
    const outcome = isReplay && result === 'ok' ? 'replay' : result;
    row.append(
      cell(time, 'number quiet'),
      cell(label, 'file'),
      cell(`${status || 'none'}${isReplay ? ' · replayed' : ''}`, `status is-${outcome}`),
      cell(`${Math.round(end - start)} ms`, 'number'),
      cell(token, 'file quiet wide'),
    );
    body.prepend(row);
    while (body.children.length > rows) body.lastElementChild?.remove();
  };
}

/** @type {(content: string, className: string) => HTMLElement} */
function cell(content, className) {
  const node = Object.assign(document.createElement('td'), { className });
  node.textContent = content;
  return node;
}
