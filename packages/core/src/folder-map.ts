import { remember } from './remember.ts';

/** Values by folder: absolute URLs that end with `/`. It may be emptied at any time, as `remember` does. */
export interface FolderMap<V> {
  readonly set: (folder: string, value: V) => void;
  readonly values: () => Iterable<V>;
  /** The values of the folders in which `url` lies, the deepest first, in time proportional to its length. */
  readonly above: (url: string) => V[];
}

const depthOf = (folder: string): number => folder.split('/').length - 1;

export function createFolderMap<V>(): FolderMap<V> {
  const folders = new Map<string, V>();
  /** At which depths there are folders: looking at every depth of a URL would be quadratic in its slashes. */
  const depths = new Set<number>();

  return {
    set(folder, value) {
      remember(folders, folder, value);
      depths.add(depthOf(folder));
    },
    values: () => folders.values(),
    above(url) {
      const path = /^[^?#]*/.exec(url)![0];
      const found: V[] = [];
      let depth = 0;
      for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        depth++;
        const value = depths.has(depth) ? folders.get(path.slice(0, slash + 1)) : undefined;
        if (value !== undefined) found.push(value);
      }
      return found.reverse();
    },
  };
}
