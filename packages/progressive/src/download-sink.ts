export type DownloadTarget = 'blob' | WritableStream<Uint8Array> | FileSystemWritableFileStream;

/** Where the bytes go. */
export interface DownloadSink {
  /** Resolves when it is ready for more. */
  write(data: Uint8Array<ArrayBuffer>, position: number): Promise<unknown>;
  /** Takes back all that was written; absent if it cannot. */
  readonly restart?: () => unknown;
  /** All is written: the blob, if it is one. */
  finish(type: string): Promise<unknown>;
  /** Leaves it to its owner as it is: what is written is not lost. */
  release(): void;
}

/** Chunks are joined into a blob of their own from so many bytes on: browsers keep blobs out of the heap. */
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
    restart: () => (parts = []),
    finish: (type) => Promise.resolve(new Blob(parts, { type })),
    release: () => undefined,
  };
}

function streamSink(stream: WritableStream): DownloadSink {
  const writer: WritableStreamDefaultWriter = stream.getWriter();
  const isFile = 'truncate' in stream;
  return {
    write: (data, position) => writer.write(isFile ? { type: 'write', position, data } : data),
    // bytes that went down a stream cannot be called back
    ...(isFile && { restart: () => writer.write({ type: 'truncate', size: 0 }) }),
    finish: () => writer.close(),
    release: () => writer.releaseLock(),
  };
}

export const createSink = (target: DownloadTarget): DownloadSink =>
  target === 'blob' ? blobSink() : streamSink(target);
