/**
 * Reads the text of `body`; `undefined` if it has more than `maxLength` characters, or has not ended before `signal`
 * aborts.
 */
export declare function readText(body: ReadableStream<Uint8Array>, maxLength: number, signal?: AbortSignal): Promise<string | undefined>;
