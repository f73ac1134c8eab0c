/**
 * Lets the sources be those of a development build, as Rollup does. What the default build does is tested with
 * `vi.stubGlobal('__DEVELOPMENT__', false)`, which a constant of the bundler would not allow.
 */
Object.assign(globalThis, { __DEVELOPMENT__: true });
