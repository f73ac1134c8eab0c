const rows = 8;

/**
 * Creates a table of how long each switch to another title took, newest first.
 * @param {HTMLElement} root
 * @param {HTMLVideoElement} video
 */
export function createSwitchTable(root, video) {
  root.innerHTML = `
    <table>
      <thead><tr><th scope="col">Title</th><th scope="col">Tokens fetched</th>
        <th scope="col" class="number">Signing calls till then</th><th scope="col" class="number">First frame after</th></tr></thead>
      <tbody></tbody>
    </table>`;
  const body = /** @type {HTMLTableSectionElement} */ (root.querySelector('tbody'));
  let folder = '';
  let answers = 0;
  let overtaken = new AbortController();

  return {
    /**
     * Counts the calls that this token source makes for the title. @type {(source:
     * import('secure-token-hlsjs').TokenSource) => void}
     */
    follow(source) {
      source.addEventListener('tokenrenewed', ({ detail: { urls } }) => {
        if (urls.some((url) => url.startsWith(folder))) answers++;
      });
    },
    /** A title was chosen at this moment. @type {(title: string, src: string, mode: string) => void} */
    begin(title, src, mode) {
      folder = new URL('.', src).href;
      answers = 0;
      overtaken.abort();
      overtaken = new AbortController();
      const { signal } = overtaken;
      const from = performance.now();
      const row = body.insertRow(0);
      const add = (/** @type {string} */ content, className = '') =>
        Object.assign(row.insertCell(), { textContent: content, className });
      add(title);
      add(mode);
      const calls = add('', 'number');
      const took = add('under way', 'number');
      while (body.rows.length > rows) body.deleteRow(-1);

      const showFirstFrame = () => {
        calls.textContent = String(answers);
        took.textContent = `${Math.round(performance.now() - from)} ms`;
        signal.removeEventListener('abort', giveUp);
      };
      const giveUp = () => {
        took.textContent = '–';
      };
      video.addEventListener('loadeddata', showFirstFrame, { once: true, signal });
      signal.addEventListener('abort', giveUp);
    },
  };
}
