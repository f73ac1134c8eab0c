/** A map that keeps its newest `maxEntries`, and few more. What is set again counts as new. */
export declare class BoundedMap<K, V> extends Map<K, V> {
    #private;
    constructor(maxEntries?: number);
    set(key: K, value: V): this;
}
