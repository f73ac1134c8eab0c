import { azion } from '../../packages/server/src/index.ts';
import { ofUrls } from './doctor-case.ts';
import type { SetUp } from './doctor-case.ts';
import { SECRET, changed, nodeEdge, ourEdge, ourEndpoint, soundEndpoint, withHeaders } from './doctor-setups.ts';

const isMedia = (path: string): boolean => /\.(?:mp4|m4s)$/.test(path);

/** Set-ups with a fault of what the playlist names. */
export const childSabotages: readonly SetUp[] = [
  {
    name: 'Node edge that takes folder tokens for playlists alone',
    code: 'child-refused',
    edge: () =>
      changed(nodeEdge(), (response, { url }) =>
        url.includes('.m4s') && response.ok ? withHeaders(response, {}, 403) : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge that leaves media open',
    code: 'child-open',
    edge: () => nodeEdge({ open: isMedia }),
    endpoint: soundEndpoint,
  },
  {
    name: 'our edge with a pattern for playlists',
    code: 'child-open',
    edge: () => ourEdge({ protect: /\.m3u8$/ }),
    endpoint: ourEndpoint,
  },
  {
    name: 'segments on another host, which wants tokens',
    code: 'child-other-host',
    other: () => nodeEdge(),
    edge: (other) => nodeEdge({ origin: { text: (text) => text.replace(/^(\w+\.m4s)$/gm, `${other}/vod/7/$1`) } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'segments on a host that does not answer',
    code: 'child-other-host',
    edge: () => ourEdge({}, { text: (text) => text.replace(/^(\w+\.m4s)$/gm, 'https://segments.invalid/vod/7/$1') }),
    endpoint: ourEndpoint,
  },
  {
    name: 'an endpoint that signs playlists alone',
    code: 'child-refused',
    edge: () => ourEdge({ format: azion({ secret: SECRET }) }),
    endpoint: (edge) =>
      ourEndpoint(edge, {
        format: azion({ secret: SECRET }),
        authorize: (_, urls) => ({ denied: urls.filter((url) => !url.endsWith('.m3u8')) }),
      }),
  },
  {
    name: 'a signed URL of one file, which is a playlist',
    code: 'child-refused',
    isSigned: 'for a minute',
    format: ofUrls,
    edge: () => ourEdge({ format: ofUrls }),
  },
];
