import { sign } from './ask-token.ts';

/** A signed URL as the source of the element, and nobody who renews it. */
export async function recipe(video: HTMLVideoElement, endpoint: string, src: string): Promise<void> {
  video.src = await sign(endpoint, src);
}
