export { dash, hlsOrDash } from './playlists/dash.ts';
export { hls } from './playlists/hls.ts';
export { list } from './playlists/list.ts';
export { playlistText } from './playlists/playlist-text.ts';
export type { Playlist } from './contract/playlist.ts';
export type { ListOptions, ListedUrl } from './playlists/list.ts';
