import { letGo } from './let-go.ts';

/**
 * Reads a body as text. Returns `undefined` as soon as the body is longer than `maxBytes`, and never reads the rest.
 *
 * @param options.fatal whether to throw for bytes that are not UTF-8
 */
export async function readLimited(
  message: Request | Response,
  maxBytes: number,
  { fatal = false }: { fatal?: boolean } = {},
): Promise<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal });
  if (Number(message.headers.get('Content-Length')) > maxBytes) {
    letGo(message.body);
    return undefined;
  }
  // The transport does not let a sender exceed the declared length, except if that is the length of a compressed body.
  if (message.headers.has('Content-Length') && !message.headers.has('Content-Encoding')) {
    return decoder.decode(await message.arrayBuffer());
  }
  const reader = (message.body as ReadableStream<Uint8Array> | null)?.getReader();
  let text = '';
  let size = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      letGo(reader);
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}
