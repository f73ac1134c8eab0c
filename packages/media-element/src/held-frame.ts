/**
 * Keeps the frame that `media` shows on screen while its source changes; the function returned takes it away. While it
 * seeks only Chromium lets a frame be drawn: elsewhere the canvas then stays empty, and nobody sees it.
 */
export function holdFrame(media: HTMLMediaElement): () => void {
  const { videoWidth, videoHeight, offsetLeft, offsetTop, offsetWidth, offsetHeight } = media as HTMLVideoElement;
  if (!videoWidth) return () => undefined;
  const canvas = Object.assign(document.createElement('canvas'), { width: videoWidth, height: videoHeight });
  // also of another origin: what is drawn without CORS can be seen, just not read
  canvas.getContext('2d')?.drawImage(media as HTMLVideoElement, 0, 0);
  const { objectFit, objectPosition } = getComputedStyle(media);
  Object.assign(canvas.style, {
    position: 'absolute',
    pointerEvents: 'none',
    objectFit,
    objectPosition,
    left: `${offsetLeft}px`,
    top: `${offsetTop}px`,
    width: `${offsetWidth}px`,
    height: `${offsetHeight}px`,
  });
  media.after(canvas);
  return () => canvas.remove();
}
