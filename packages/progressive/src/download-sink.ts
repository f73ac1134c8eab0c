export type DownloadTarget = 'blob' | WritableStream<Uint8Array> | FileSystemWritableFileStream;

/** The target of the downloaded bytes. */
export interface DownloadSink {
  /** Writes `data`. Resolves when the target is ready for more. */
  write(data: Uint8Array<ArrayBuffer>, position: number): Promise<unknown>;
  /** Ends the download after the last byte. Resolves to the blob, if the target is one. */
  finish(type: string): Promise<unknown>;
  /** Leaves a stream to its owner, open and unlocked: the written bytes are not lost. */
  release(): void;
}

/** The number of bytes from which on chunks are joined into one blob: browsers keep blobs outside the heap. */
const JOIN = 8 * 2 ** 20;

function blobSink(): DownloadSink {
  let parts: BlobPart[] = [];
  let loose = 0;
  return {
    write(data) {
      parts.push(data);
      loose += data.length;
      if (loose > JOIN) {
        parts = [new Blob(parts)];
        loose = 0;
      }
      return Promise.resolve();
    },
    finish: (type) => Promise.resolve(new Blob(parts, { type })),
    release: () => undefined,
  };
}

/* eslint-disable browsers/floor -- the app has made the stream */
function streamSink(stream: WritableStream): DownloadSink {
  const writer: WritableStreamDefaultWriter = stream.getWriter();
  const isFile = 'truncate' in stream;
  return {
    write: (data, position) => writer.write(isFile ? { type: 'write', position, data } : data),
    finish: () => writer.close(),
    release: () => writer.releaseLock(),
  };
}
/* eslint-enable browsers/floor */

export const createSink = (target: DownloadTarget): DownloadSink =>
  target === 'blob' ? blobSink() : streamSink(target);
