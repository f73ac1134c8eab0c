import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

interface PageFile {
  readonly path: string;
  /** Signed, and good for any player. */
  readonly link: string;
  /** Where hls.js loads it from; none for files that browsers play alone. */
  readonly source: string | undefined;
}

const style = raw(`
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
video { width: 100%; background: #000; }
[aria-current] { font-weight: bold; }
`);

const script = raw(`
const video = document.querySelector('video');
const status = document.querySelector('[role=status]');
let hls;
document.querySelector('ul')?.addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  hls?.destroy();
  hls = undefined;
  document.querySelector('[aria-current]')?.removeAttribute('aria-current');
  link.setAttribute('aria-current', 'true');
  status.textContent = '';
  const { source } = link.dataset;
  if (source && window.Hls?.isSupported()) {
    hls = new Hls();
    SecureTokenHls.secureToken(hls, '/token');
    hls.on(Hls.Events.ERROR, (_, { fatal, details }) => { if (fatal) status.textContent = details; });
    hls.loadSource(source);
    hls.attachMedia(video);
  } else if (source && !video.canPlayType('application/vnd.apple.mpegurl')) {
    status.textContent = 'This browser plays no HLS by itself. Run: npm install hls.js secure-token-hlsjs, and start again.';
    return;
  } else {
    video.src = link.href;
  }
  video.play().catch(() => {});
});
video.addEventListener('error', () => { if (!hls) status.textContent = video.error.message; });
`);

/** The page of `secure-token serve`: a player and the files it can play. */
export function servePage(files: readonly PageFile[], hasPlugin: boolean): HtmlEscapedString | Promise<HtmlEscapedString> {
  const items = files.map(
    ({ path, link, source }) =>
      html`<li><a href="${link}" ${source === undefined ? '' : html`data-source="${source}"`}>${path}</a></li>`,
  );
  const scripts = html`<script src="/player/hls.js"></script><script src="/player/plugin.js"></script>`;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>secure-token serve</title>
<style>${style}</style>
<h1>Your protected files</h1>
<video controls playsinline></video>
<p role="status"></p>
${files.length > 0 ? html`<ul>${items}</ul>` : html`<p>No .m3u8 or .mp4 file in this folder.</p>`}
<p>The links carry a token for twelve hours: copy one into any player. ${
    hasPlugin
      ? 'Here, HLS is played by hls.js, whose plugin renews its tokens.'
      : "Here, HLS is played by the browser's own player."
  }</p>
${hasPlugin ? scripts : ''}
<script>${script}</script>
</html>`;
}
