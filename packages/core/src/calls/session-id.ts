/** Random bits of an id: two pages never have the same. */
const BITS = 128;

/** Makes the id of a playback, as the protocol of the signing endpoint writes it: 128 random bits in base64url. */
export function newSessionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BITS / 8));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
