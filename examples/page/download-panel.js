import { download } from 'secure-token-progressive/download';

const markup = `
  <h2>Download</h2>
  <div class="row">
    <button type="button" data-action="start">Download</button>
    <button type="button" data-action="stop" hidden>Cancel</button>
    <a data-save download="film.mp4" hidden>Save the file</a>
  </div>
  <progress value="0" max="1" aria-label="Downloaded"></progress>
  <dl class="facts">
    <div><dt>Received</dt><dd data-fact="received">–</dd></div>
  </dl>
  <p class="hint" role="status">Cancel it, wait until the token has expired, and go on: not a byte is fetched twice.</p>`;

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Downloads the film, can be stopped, and goes on where it was; at the end compares what came with what the edge has.
 * @param {HTMLElement} root
 * @param {{ url: string, source: import('secure-token-progressive').TokenSource }} options
 */
export function createDownloadPanel(root, { url, source }) {
  root.innerHTML = markup;
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  const status = find('[role="status"]');
  const startButton = find('[data-action="start"]');
  const stopButton = find('[data-action="stop"]');
  const save = /** @type {HTMLAnchorElement} */ (find('[data-save]'));
  const bar = /** @type {HTMLProgressElement} */ (find('progress'));
  /** @type {BlobPart[]} */
  let parts = [];
  /** @type {import('secure-token-progressive/download').DownloadProgress | undefined} */
  let from;
  let abort = new AbortController();

  const onProgress = (/** @type {import('secure-token-progressive/download').DownloadProgress} */ progress) => {
    from = progress;
    const { received, total } = progress;
    bar.value = total ? received / total : 0;
    find('[data-fact="received"]').textContent = `${megabytes(received)} of ${total ? megabytes(total) : '?'}`;
  };

  /** Resolves when all is there. */
  const run = async () => {
    abort = new AbortController();
    const as = new WritableStream({
      write: (/** @type {Uint8Array<ArrayBuffer>} */ part) => {
        parts.push(part);
      },
    });
    await download(url, { source, as, signal: abort.signal, onProgress, ...(from && { from }) });
    return new Blob(parts, { type: 'video/mp4' });
  };

  const finish = async (/** @type {Blob} */ file) => {
    const total = from?.total ?? 0;
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
      .replaceAll('+', '-')
      .replaceAll('/', '_');
    // this edge makes its ETag of the beginning of the hash
    const isSame = file.size === total && hash.startsWith((from?.validator ?? '-').replaceAll('"', ''));
    status.textContent = isSame
      ? `Complete: all ${total.toLocaleString('en')} bytes, and their SHA-256 is that of the edge.`
      : `Not what the edge has: ${file.size.toLocaleString('en')} of ${total.toLocaleString('en')} bytes.`;
    status.dataset['tone'] = isSame ? 'good' : 'bad';
    save.href = URL.createObjectURL(file);
    save.hidden = !isSame;
    from = undefined;
    parts = [];
  };

  const show = (/** @type {boolean} */ isRunning) => {
    startButton.hidden = isRunning;
    stopButton.hidden = !isRunning;
    startButton.textContent = from ? 'Resume' : 'Download';
  };

  startButton.addEventListener('click', async () => {
    show(true);
    if (save.href) URL.revokeObjectURL(save.href);
    save.hidden = true;
    status.dataset['tone'] = '';
    status.textContent = from ? `Goes on at ${megabytes(from.received)}.` : 'Under way.';
    try {
      await finish(await run());
    } catch (error) {
      const isCancelled = abort.signal.aborted;
      status.dataset['tone'] = isCancelled ? '' : 'bad';
      status.textContent = isCancelled ? 'Cancelled. What has come is kept.' : String(error);
    }
    show(false);
  });
  stopButton.addEventListener('click', () => abort.abort());
}
