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
