/**
 * Keeps the current frame of `media` on screen while its source changes: a canvas covers the element. Returns a
 * function that removes the canvas. During a seek only Chromium draws the frame. In other browsers the canvas then
 * stays empty, and therefore invisible.
 */
export function holdFrame(media: HTMLMediaElement): () => void {
  const { videoWidth, videoHeight, offsetLeft, offsetTop, offsetWidth, offsetHeight } = media as HTMLVideoElement;
  if (!videoWidth) return () => undefined;
  const canvas = Object.assign(document.createElement('canvas'), { width: videoWidth, height: videoHeight });
  // this works for other origins too: without CORS the page can show the canvas, but cannot read it
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
