import type * as nodeBuffer from 'node:buffer';
import type * as nodeCrypto from 'node:crypto';

interface NodeModules {
  'node:buffer': typeof nodeBuffer;
  'node:crypto': typeof nodeCrypto;
}

/**
 * A module of Node, of which some runtimes have a part (Deno, Bun, Workers with `nodejs_compat`) and some nothing.
 * Asked for without an import, which the latter would refuse.
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name): Partial<NodeModules[Name]> | undefined {
  try {
    const { process } = globalThis as { process?: { getBuiltinModule?: (name: Name) => Partial<NodeModules[Name]> } };
    return process?.getBuiltinModule?.(name);
  } catch {
    return undefined;
  }
}
