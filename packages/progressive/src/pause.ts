export { pause } from 'secure-token-media-element';
