import type { Delivery } from './signed-answer.ts';
import { wholeRequest } from './whole-request.ts';

/**
 * Whether the page shows the response as an image: a poster, a sprite, `<img>` or CSS. Scripts that draw one from data of
 * their own sign the request themselves.
 */
export const isImageRequest = ({ method, destination }: Request): boolean =>
  method === 'GET' && destination === 'image';

/**
 * The delivery to what shows an image. The page gets the response as it is: a CDN need not send CORS headers with images,
 * and in `no-cors` mode the worker sees neither a status nor a body.
 */
export const imageDelivery: Delivery = {
  request: wholeRequest,
  answer: (_event, _sent, response) => Promise.resolve(response),
  failed: () => Promise.resolve(Response.error()),
};
