import type * as nodeBuffer from 'node:buffer';
import type * as nodeCrypto from 'node:crypto';

interface NodeModules {
  'node:buffer': typeof nodeBuffer;
  'node:crypto': typeof nodeCrypto;
}

/**
 * Returns a built-in module of Node. Some runtimes have a part of it (Deno, Bun, Workers with `nodejs_compat`), and
 * some have nothing: these would refuse an import, so this function uses none.
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name): Partial<NodeModules[Name]> | undefined {
  try {
    const { process } = globalThis as { process?: { getBuiltinModule?: (name: Name) => Partial<NodeModules[Name]> } };
    return process?.getBuiltinModule?.(name);
  } catch {
    return undefined;
  }
}

const Native = /* @__PURE__ */ nodeModule('node:buffer')?.Buffer;

/** Encodes bytes as base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  if (Native) return Native.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Adds the padding to base64url text that has none. */
export function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Decodes base64 in either alphabet, padded or not. Returns `undefined` for any other value. */
export function base64Bytes(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || !/^[\w+/-]*={0,2}$/.test(text)) return undefined;
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  // A last group of one character encodes no byte, and padding fills up the last group.
  if ((text.length - padding) % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) return undefined;
  if (Native) return Native.from(text, 'base64');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  // `Uint8Array.from` takes ten times as long, and this code runs for each token.
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * Decodes base64 that is written as `encode` writes it. Returns `undefined` for any other spelling: the other alphabet,
 * another padding, stray bits at the end.
 */
export function exactBytes(text: string, encode: (bytes: Uint8Array) => string = base64url): Uint8Array | undefined {
  const bytes = base64Bytes(text);
  return bytes && encode(bytes) === text ? bytes : undefined;
}

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes UTF-8 so that no other bytes give the same text: returns `undefined` for invalid bytes, and keeps a byte
 * order mark.
 */
export function utf8Text(bytes: Uint8Array | undefined): string | undefined {
  try {
    return bytes && decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
