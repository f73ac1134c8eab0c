import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

interface PageFile {
  readonly path: string;
  /** The signed link, which any player can play; `undefined` for a path that the format cannot sign. */
  readonly link: string | undefined;
  /** The URL from which hls.js loads the file; `undefined` for files that browsers play without hls.js. */
  readonly source: string | undefined;
}

const style = raw(`
:root {
  color-scheme: light dark;
  --line: color-mix(in srgb, currentColor 18%, transparent);
  --accent: light-dark(#0b57d0, #8ab4f8);
}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: clamp(1rem, 3vw, 2.5rem); }
h1 { font-size: 1.4rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; line-height: 1.3; margin: 1rem 0 .4rem; overflow-wrap: anywhere; }
nav { overflow: auto; max-height: 36rem; }
nav > :first-child { margin-top: 0; }
main { display: grid; gap: 1.5rem; }
@media (min-width: 56rem) { main { grid-template-columns: minmax(0, 1fr) 22rem; align-items: start; } }
video { display: block; width: 100%; aspect-ratio: 16 / 9; background: #000; border-radius: .5rem; }
ul { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: .5rem; }
li + li { border-top: 1px solid var(--line); }
li a { display: flex; gap: .75rem; justify-content: space-between; padding: .6rem .9rem; }
li p { margin: 0; padding: .6rem .9rem; opacity: .75; }
li a { color: inherit; text-decoration: none; }
li a:hover, li a:focus-visible { background: color-mix(in srgb, var(--accent) 10%, transparent); outline-offset: -2px; }
li a[aria-current] { color: var(--accent); font-weight: 600; box-shadow: inset 3px 0 var(--accent); }
li span { overflow-wrap: anywhere; }
small { font-weight: 400; white-space: nowrap; }
[role=status] { min-height: 1.5em; margin: .5rem 0 0; color: light-dark(#b3261e, #f2b8b5); }
footer { margin-top: 1.5rem; opacity: .75; font-size: .9rem; max-width: 44rem; }
`);

const script = raw(`
const video = document.querySelector('video');
const status = document.querySelector('[role=status]');
let hls;
document.querySelector('nav')?.addEventListener('click', (event) => {
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
    status.textContent =
      'This browser plays no HLS by itself. Run: npm install hls.js secure-token-hlsjs, and start again.';
    return;
  } else {
    video.src = link.href;
  }
  video.play().catch(() => {});
});
video.addEventListener('error', () => { if (!hls) status.textContent = video.error.message; });
`);

/** Returns the page of `secure-token serve`: a player, and the files that it can play, folder by folder. */
export function servePage(
  files: readonly PageFile[],
  { folder, hasPlugin }: { folder: string; hasPlugin: boolean },
): HtmlEscapedString | Promise<HtmlEscapedString> {
  const scripts = html`<script src="/player/hls.js"></script>
    <script src="/player/plugin.js"></script>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="icon" href="data:," />
        <title>${folder} – secure-token serve</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header><h1>Your protected files in ${folder}</h1></header>
        <main>
          <div>
            <video controls playsinline aria-label="Player"></video>
            <p role="status"></p>
          </div>
          ${
            files.length > 0
              ? html`<nav aria-label="Files">${folderLists(files)}</nav>`
              : html`<p>No .m3u8 or .mp4 file in this folder.</p>`
          }
        </main>
        <footer>
          The links carry a token for twelve hours: copy one into any player.
          ${
            hasPlugin
              ? 'Here, HLS is played by hls.js, whose plugin renews its tokens.'
              : "Here, HLS is played by the browser's own player."
          }
        </footer>
        ${hasPlugin ? scripts : ''}
        <script>
          ${script};
        </script>
      </body>
    </html>`;
}

type Html = ReturnType<typeof html>;

/** Returns a list for each folder, below its name. Files that are in no folder come first. */
function folderLists(files: readonly PageFile[]): Html[] {
  const folders = new Map<string, PageFile[]>([['', []]]);
  for (const file of files) {
    const folder = file.path.slice(0, Math.max(file.path.lastIndexOf('/'), 0));
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders]
    .filter(([, inside]) => inside.length > 0)
    .map(([folder, inside]) => {
      const name = folder === '' ? '' : html`<h2>${folder}/</h2>`;
      return html`${name}
        <ul>
          ${inside.map(fileItem)}
        </ul>`;
    });
}

function fileItem({ path, link, source }: PageFile): Html {
  const name = html`<span>${path}</span> <small>${source === undefined ? 'MP4' : 'HLS'}</small>`;
  if (link === undefined)
    return html`<li>
      <p>${name} <small>The format cannot sign this path: rename it.</small></p>
    </li>`;
  return html`<li><a href="${link}" ${source === undefined ? '' : html`data-source="${source}"`}>${name}</a></li>`;
}
