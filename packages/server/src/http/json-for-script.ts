/**
 * Serialises a value as JSON for the text of a `<script>` element. The result contains nothing that ends the element,
 * begins a comment, or ends a line of JavaScript (U+2028, U+2029). `JSON.parse` reads it without decoding.
 */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
