/** Made by the page server: the origins of the other two servers. */
export const app: string;
export const edge: string;
