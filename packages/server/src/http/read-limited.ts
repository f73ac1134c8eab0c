import { letGo } from './let-go.ts';

/**
 * The text of a body, or `undefined` as soon as it is longer than `maxBytes`: the rest is never read.
 *
 * @param options.fatal throw for what is not UTF-8
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
  // The transport holds a sender to the declared length, unless it is that of a compressed body.
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
