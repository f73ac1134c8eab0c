/**
 * The example pages, in the order of the navigation. `servers`: the page needs a server of Node.
 * @type {readonly { file: string, name: string, servers?: true }[]}
 */
export const pages = [
  { file: 'hlsjs.html', name: 'hls.js' },
  { file: 'live.html', name: 'Live' },
  { file: 'videojs.html', name: 'Video.js' },
  { file: 'shaka.html', name: 'Shaka' },
  { file: 'dashjs.html', name: 'dash.js' },
  { file: 'mp4.html', name: 'MP4' },
  { file: 'catalogue.html', name: 'Catalogue' },
  { file: 'fetch.html', name: 'fetch' },
  { file: 'worker.html', name: 'Worker', servers: true },
  { file: 'sessions.html', name: 'Sessions', servers: true },
];

/**
 * The bar at the top of a page.
 * @param {object} options
 * @param {string} options.current file of the page
 * @param {readonly { file: string, name: string }[]} options.among
 * @param {string} options.documentation
 */
const bar = ({ current, among, documentation }) => `<header class="bar">
      <a class="brand" href="./"${current === 'index.html' ? ' aria-current="page"' : ''}>Secure Token</a>
      <nav aria-label="Examples">
${among
  .map(({ file, name }) => `        <a href="${file}"${file === current ? ' aria-current="page"' : ''}>${name}</a>\n`)
  .join('')}      </nav>
      <a class="away" href="${documentation}">Documentation</a>
    </header>`;

/**
 * The text of a page with its bar. Without servers, the parts that need one (`data-servers`) are left out, and those that
 * are for a page without them (`data-site`) are there.
 * @param {string} html
 * @param {object} options
 * @param {string} options.current file of the page
 * @param {boolean} options.hasServers
 * @param {string} [options.documentation] address of its first page
 */
export function withBar(html, { current, hasServers, documentation = 'docs/README.md' }) {
  const among = pages.filter(({ servers }) => hasServers || !servers);
  return html
    .replace(hasServers ? ofSite : ofServers, '')
    .replace('<header class="bar"></header>', () => bar({ current, among, documentation }));
}

const ofServers = /[ \t]*<(\w+)\b[^>]* data-servers\b[\s\S]*?<\/\1>\n?/g;
const ofSite = /[ \t]*<(\w+)\b[^>]* data-site\b[\s\S]*?<\/\1>\n?/g;
