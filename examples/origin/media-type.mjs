/** @type {Readonly<Record<string, string>>} */
const types = {
  '.bin': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.m4a': 'audio/mp4',
  '.m4s': 'video/iso.segment',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp4': 'video/mp4',
  '.mpd': 'application/dash+xml',
  '.svg': 'image/svg+xml',
  '.ts': 'video/mp2t',
  '.vtt': 'text/vtt; charset=utf-8',
  '.webp': 'image/webp',
};

/** The extension of a file with its dot; nothing where it has none. @type {(path: string) => string} */
export const extensionOf = (path) => /\.\w+$/.exec(path)?.[0] ?? '';

/** @type {(extension: string) => string} */
export const mediaType = (extension) => types[extension.toLowerCase()] ?? 'application/octet-stream';
