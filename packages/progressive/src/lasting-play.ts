/**
 * A change of source rejects the promises of `play()` that are pending: from here on they wait for what is `busy` and
 * go on. The function returned ends that.
 */
export function lastingPlay(media: HTMLMediaElement, busy: () => Promise<void> | undefined): () => void {
  media.play = async () => {
    for (;;) {
      try {
        await HTMLMediaElement.prototype.play.call(media);
        return;
      } catch (error) {
        // the event that tells of the change comes after the rejection
        await new Promise<void>((resolve) => void setTimeout(resolve));
        if (!busy()) throw error;
        await busy();
        if (media.paused || media.error) throw error;
      }
    }
  };
  return () => {
    delete (media as Partial<HTMLMediaElement>).play;
  };
}
