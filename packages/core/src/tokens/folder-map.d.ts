/** Values by folder: absolute URLs that end with `/`. Forgets its oldest entries, as `BoundedMap` does. */
export declare class FolderMap<V> {
    #private;
    set(folder: string, value: V): void;
    values(): Iterable<V>;
    /** The values of the folders in which `url` lies, the deepest first, in time proportional to its length. */
    above(url: string): V[];
}
